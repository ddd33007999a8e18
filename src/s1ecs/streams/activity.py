"""Activities of the console: logins, changed settings, threats, agents. The path is GET /activities."""

from functools import lru_cache
from typing import Any, NamedTuple

from s1ecs.ecs.layouts import in_layout_2, only_in
from s1ecs.ecs.table import (
    FieldTable,
    Found,
    Inner,
    boolean,
    date,
    function,
    geo,
    ip,
    keyword,
    long,
    os_type,
    rest,
    text,
    within,
    words,
)
from s1ecs.streams.collection_modes import ByTime
from s1ecs.streams.conversions.threat_classification import in_lower_case, set_category_and_type
from s1ecs.streams.stream import Column, Stored, Stream

OWN = "sentinel_one.activity"


class ActivityRule(NamedTuple):
    """The meaning of a description that holds one of the words, for an activity that is about no threat."""

    words: tuple[str, ...]
    category: str | None = None
    type: str | None = None
    outcome: str | None = None


RULES = (
    ActivityRule(("logged in", "logged out", "failed to log in"), category="authentication"),
    ActivityRule(("logged in",), type="start", outcome="success"),
    ActivityRule(("logged out",), type="end"),
    ActivityRule(
        ("created", "added", "deleted", "edited", "updated", "modified", "enabled", "recovery email"),
        category="configuration",
    ),
    ActivityRule(("created", "added"), type="creation"),
    ActivityRule(("deleted",), type="deletion"),
    ActivityRule(("edited", "updated", "modified"), type="change"),
    ActivityRule(("verification email",), category="email"),
    ActivityRule(("failed to log in",), outcome="failure"),
)


def categories(record: dict[str, Any], found: Found) -> None:
    """Set event.category, event.type and event.outcome: by classification for a threat, else by the description.

    The numeric activity type says nothing here. A classification or description that is no text fails the record.
    """
    threat = record.get("threatId")
    if threat is not None and threat != "":
        data = record.get("data")
        set_category_and_type(found.fields, data.get("threatClassification") if isinstance(data, dict) else None)
        return
    description = record.get("primaryDescription")
    if description is None:
        return
    said = in_lower_case(description)
    category, kind, outcome = _meaning(tuple([word for word in _WORDS if word in said]))
    found.fields["event.category"] = [*category]
    found.fields["event.type"] = [*kind]
    if outcome is not None:
        found.fields["event.outcome"] = outcome


# Each word of the rules once.
_WORDS = tuple(dict.fromkeys(word for rule in RULES for word in rule.words))


# The descriptions are endless, the words that they hold come in few combinations.
@lru_cache(maxsize=256)
def _meaning(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...], str | None]:
    """The categories, types and outcome of a description that holds these words of the rules."""
    hits = [rule for rule in RULES if not set(rule.words).isdisjoint(words)]
    outcomes = [rule.outcome for rule in hits if rule.outcome]
    return (
        tuple(rule.category for rule in hits if rule.category),
        tuple(rule.type for rule in hits if rule.type) or ("info",),
        # A later rule counts more than an earlier one.
        outcomes[-1] if outcomes else None,
    )


TABLE = FieldTable(
    identity=("id", "createdAt", "updatedAt"),
    one_text_per_address=True,
    rows=(
        function(
            "",
            "",
            "",
            categories,
            Inner("event.category", "keyword", "ECS category, derived from the description of the activity.", ""),
            Inner("event.type", "keyword", "Action, derived from the description of the activity.", ""),
            Inner("event.outcome", "keyword", "Indicates whether a login or logout succeeded.", ""),
        ),
        words(
            "event.kind",
            "data.confidenceLevel",
            "Alert where the confidence is suspicious or malicious, else event.",
            {"suspicious": "alert", "malicious": "alert"},
            otherwise="event",
            not_text="fails",
        ),
        *within(
            "",
            OWN,
            date(".updated_at", "updatedAt", "Time when the activity's record last changed."),
            keyword(".description_value", "description", "Further wording of the activity."),
            keyword("process.hash.sha1", "hash", "SHA-1 of the file that the activity is about.", related="hash"),
            keyword("observer.os.family", "osFamily", "Operating-system family of the agent."),
            keyword("observer.version", "agentUpdatedVersion", "Version that the agent was updated to."),
            in_layout_2(
                keyword("user.group.id", "groupId", "Id of the agent group that the activity belongs to."),
                copies=("group.id",),
            ),
            in_layout_2(
                keyword("user.group.name", "groupName", "Name of the agent group that the activity belongs to."),
                copies=("group.name",),
            ),
            keyword(".account.id", "accountId", "Id of the account that the activity belongs to."),
            keyword("user.id", "userId", "Id of the console user who acted."),
            in_layout_2(
                keyword(".account.name", "accountName", "Name of the account that the activity belongs to."),
                target="sentinel_one.account.name",
            ),
            in_layout_2(
                keyword(".agent.id", "agentId", "Id of the agent that the activity is about; actions take it."),
                copies=("host.id",),
            ),
            keyword(".comments", "comments", "Comments on the activity."),
            date("@timestamp", "createdAt", "Time when it happened."),
            keyword(
                ".description.primary",
                "primaryDescription",
                "Description of the event by the console.",
                copies=("message",),
            ),
            keyword(".description.secondary", "secondaryDescription", "Additional description, often an address."),
            in_layout_2(keyword(".id", "id", "Id of the activity."), copies=("event.id",)),
            in_layout_2(
                keyword(".site.id", "siteId", "Id of the site that the activity belongs to."),
                target="sentinel_one.site.id",
            ),
            in_layout_2(
                keyword(".site.name", "siteName", "Name of the site that the activity belongs to."),
                target="sentinel_one.site.name",
            ),
            keyword(".threat.id", "threatId", "Id of the threat that the activity is about."),
            long(".type", "activityType", "Number of the activity's type."),
        ),
        *within(
            "data",
            f"{OWN}.data",
            text(".account.id", "accountId", "Id of the account that the details name."),
            keyword(".account.name", "accountName", "Name of the account that the details name."),
            keyword(".fullscope.details", "fullScopeDetails", "Group, site and account in words."),
            keyword(".fullscope.details_path", "fullScopeDetailsPath", "Path from Global down to the group."),
            keyword(".group_name", "groupName", "Name of the group that the details name."),
            keyword(".scope.level", "scopeLevel", "Level acted on: group, site, account or global."),
            keyword(".scope.name", "scopeName", "Name of the group, site or account acted on."),
            keyword(".site.name", "siteName", "Name of the site that the details name."),
            keyword("user.full_name", "username", "Full name of the user who acted.", related="user"),
            keyword(".user.name", "byUser", "User who caused the activity.", related="user"),
            keyword(".role", "role", "Role of the user."),
            keyword(".role_name", "roleName", "Name of the role that was given or changed."),
            keyword(".scope_level.name", "scopeLevelName", "Name of the level acted on."),
            keyword(".user.scope", "userScope", "Level at which the user holds the role."),
            text(".new.value", "newValue", "New value of a changed setting."),
            geo("host.geo", "externalIp", "Location of the public address of the host or user."),
            geo("host.geo", "ipAddress", "Location of the address of the host or user.", only_if_unset=True),
            ip("host.ip", "ipAddress", "Addresses of the host or user.", related="ip", as_list=True),
            ip("host.ip", "externalIp", "Addresses of the host or user.", related="ip", as_list=True),
            keyword(".reason", "reason", "Reason of the activity."),
            keyword(".source", "source", "Source of the action or value."),
            keyword("user.email", "recoveryEmail", "Address for recovering the user's login."),
            keyword("host.name", "computerName", "Computer name of the host.", related="hosts"),
            boolean(".system", "system", "Indicates whether the console itself acted."),
            keyword(".uuid", "uuid", "UUID of the agent."),
            keyword(".group", "group", "Group that an agent was put into."),
            keyword(".optionals_groups", "optionalGroups", "Further groups that the details name."),
            date(".created_at", "createdAt", "Creation time of the object in the details."),
            keyword(".status", "status", "State that the details tell of."),
            keyword("file.hash.sha1", "fileContentHash", "SHA-1 of the file's content.", related="hash"),
            keyword("host.os.family", "osFamily", "Operating-system family of the host, as the console writes it."),
            os_type("host.os.type", "osFamily", "Operating system of the host, as one of the ECS words."),
            keyword(".confidence.level", "confidenceLevel", "Confidence of the detection."),
            keyword(
                ".malicious.process.arguments",
                "escapedMaliciousProcessArguments",
                "Command line of the malicious process, escaped.",
            ),
            keyword("file.name", "fileDisplayName", "Name of the file."),
            keyword("file.path", "filePath", "Path of the file."),
            in_layout_2(
                keyword(".threat.classification.name", "threatClassification", "Classification of the threat."),
                target="sentinel_one.threat_classification.name",
            ),
            in_layout_2(
                keyword(".threat.classification.source", "threatClassificationSource", "Source of the classification."),
                target="sentinel_one.threat_classification.source",
            ),
            keyword(".global.status", "globalStatus", "Overall state of a mitigation."),
            keyword(".new.status", "newStatus", "State after the change."),
            keyword(".original.status", "originalStatus", "State before the change."),
            keyword(".downloaded.url", "downloadUrl", "Download location of a fetched file or report."),
            keyword(".description", "description", "Wording that the details carry."),
            keyword(".policy", "policy", "The policy as it was set, whole.", index_type="flattened"),
            text(".policy_name", "policyName", "Name of the policy."),
            keyword(".changed_keys", "changedKeys", "Settings that were changed."),
            keyword(".new.confidence_level", "newConfidenceLevel", "Confidence after the change."),
            keyword(".old.confidence_level", "oldConfidenceLevel", "Confidence before the change."),
            keyword(".attr", "attr", "Attribute that was changed."),
            *only_in(
                2,
                keyword(
                    f"{OWN}.rule_description",
                    "ruledescription",
                    "Description of the STAR rule that the activity is about.",
                    copies=("rule.description",),
                ),
                keyword(
                    f"{OWN}.rule_id", "ruleid", "Id of the STAR rule that the activity is about.", copies=("rule.id",)
                ),
                keyword(
                    f"{OWN}.rule_name",
                    "rulename",
                    "Name of the STAR rule that the activity is about.",
                    copies=("rule.name",),
                ),
                keyword(f"{OWN}.severity", "severity", "Severity of that rule, as the console writes it."),
            ),
        ),
        # A rule of the integration copies createdAt instead of moving it, so its raw text stays here.
        rest(f"{OWN}.data.flattened", "data", "All other details, whole.", keeps=frozenset({"createdAt"})),
    ),
)

STREAM = Stream(
    name="activity",
    what="Activities of users, agents and the console",
    permission="Activity -> View",
    ask=ByTime(
        path="/activities",
        since="createdAt__gte",
        until="createdAt__lte",
        sort="createdAt",
        time="createdAt",
    ),
    declared=TABLE,
    view=(
        Column("description", "message"),
        Column("secondary", "sentinel_one.activity.description.secondary"),
        Column("type", "sentinel_one.activity.type"),
        Column("user", "user.full_name"),
        Column("host", "host.name"),
        Column("outcome", "event.outcome"),
        Column("file", "file.name"),
        Column("sha1", "file.hash.sha1"),
        Column("group_name", "user.group.name"),
        Column("site", "sentinel_one.activity.site.name"),
        Column("account", "sentinel_one.activity.account.name"),
        Column("agent_id", "sentinel_one.activity.agent.id"),
        Column("threat_id", "sentinel_one.activity.threat.id"),
        Column("activity_id", "sentinel_one.activity.id"),
    ),
    stored=Stored(
        panels=(
            Column("user_id", "user.id"),
            Column("os", "observer.os.family"),
            Column("comments", "sentinel_one.activity.comments"),
        ),
        counted=("type", "user", "host", "site", "outcome"),
        indexed=("host",),
        timed=("type", "outcome", "user", "host"),
        searched={
            "user": ("user.full_name", "user.email"),
            "path": ("file.name", "file.path"),
            "name": (
                "sentinel_one.activity.site.name",
                "sentinel_one.activity.data.policy_name",
                "sentinel_one.activity.data.role_name",
                "sentinel_one.activity.data.user.name",
            ),
            "text": ("message", "sentinel_one.activity.description.secondary", "sentinel_one.activity.comments"),
        },
    ),
    migrated_by="@timestamp",
)
