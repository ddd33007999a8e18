"""Actions on lists of a scope: the blocklist (/restrictions), indicators of compromise (/threat-intelligence/iocs)."""

from s1ecs.respond import limits
from s1ecs.respond.action import Action, Answers, Argument, Listing, Lookup, On
from s1ecs.respond.following.traces import Listed
from s1ecs.respond.template import Slot

SYSTEMS = ("windows", "macos", "linux", "windows_legacy")
TYPES = ("IPV4", "IPV6", "DNS", "URL", "MD5", "SHA1", "SHA256")
_RESTRICTIONS = "/restrictions"
_INDICATORS = "/threat-intelligence/iocs"
_BLACK = {"type": "black_hash"}
_HASH = Argument("value", "The hash.", limits.blocked_hash, limit="SHA1; SHA256 on newer consoles")
_ALREADY = "It is in the list already (code 4000030): the action is done, and says so."
_ONE_ACCOUNT = "A token of several accounts is refused (code 4030010): use one of a single account."
_TYPE = Argument("type", "What the value is.", str, flag="--type", choices=TYPES)


def _option(name: str, meaning: str) -> Argument:
    return Argument(name, meaning, limits.words, flag=f"--{name.replace('_', '-')}", needed=False)


LISTS = (
    Action(
        "blocklist add",
        "Put a hash on the blocklist of a scope, for each operating system.",
        On.SCOPE,
        "Blacklist -> Create",
        "POST",
        _RESTRICTIONS,
        {
            "data": {
                "value": Slot("value"),
                "osType": Slot("each"),
                "type": "black_hash",
                "description": Slot("description"),
                "source": Slot("source"),
            },
            "filter": Slot("scope_filter"),
        },
        Answers.ITEMS,
        "s1ecs respond blocklist add 95e979551bd820befb1aa9f03c39513033e9273f --os windows --site 225494730938493915",
        "look for the hash on the blocklist of the scope",
        arguments=(
            _HASH,
            Argument(
                "os",
                "The operating system it is blocked on; may come repeatedly, a request each.",
                str,
                flag="--os",
                many=True,
                most=len(SYSTEMS),
                choices=SYSTEMS,
            ),
            _option("description", "Why it is blocked."),
            _option("source", "Where it is from."),
        ),
        values=lambda arguments: {"description": None, "source": None, **arguments},
        follower=Listed(_RESTRICTIONS, "value", {**_BLACK, "value__contains": "<value>"}),
        each="os",
        troubles=(_ALREADY, "Older consoles take SHA1 only."),
    ),
    Action(
        "blocklist remove",
        "Take a hash off the blocklist of a scope.",
        On.SCOPE,
        "Blacklist -> Edit",
        "DELETE",
        _RESTRICTIONS,
        {"data": {"type": "black_hash", "ids": Slot("items")}},
        Answers.AFFECTED,
        "s1ecs respond blocklist remove 95e979551bd820befb1aa9f03c39513033e9273f --site 225494730938493915",
        "look whether the hash is still on the blocklist of the scope",
        arguments=(_HASH,),
        follower=Listed(_RESTRICTIONS, "value", {**_BLACK, "value__contains": "<value>"}, gone=True),
        lookup=Lookup.BLOCKED,
        troubles=("The hash is not on the blocklist of this very scope: nothing is sent.",),
    ),
    Action(
        "ioc add",
        "Add an indicator of compromise to a scope.",
        On.SCOPE,
        "Threat Intelligence -> Manage",
        "POST",
        _INDICATORS,
        {
            "filter": Slot("scope_filter"),
            "data": [
                {
                    "source": Slot("source"),
                    "type": Slot("type"),
                    "value": Slot("value"),
                    "method": "EQUALS",
                    "validUntil": Slot("valid_until"),
                    "name": Slot("name"),
                    "externalId": Slot("external_id"),
                    "description": Slot("description"),
                }
            ],
        },
        Answers.ITEMS,
        "s1ecs respond ioc add 203.0.113.9 --type IPV4 --source 'case 17' --account 225494730938493915",
        "look for the value among the indicators of the scope",
        arguments=(
            Argument(
                "value", "The indicator.", limits.words, limit="as its type has it; not the hash of an empty file"
            ),
            _TYPE,
            Argument("source", "Where it is from.", limits.words, flag="--source"),
            Argument(
                "valid_until",
                "Until when it counts.",
                limits.time,
                flag="--valid-until",
                needed=False,
                limit="at most 30 days (IPV4, IPV6) or 180 (all others); the console's default: 14, 90 (DNS, URL), 180",
            ),
            _option("name", "Its name."),
            _option("description", "What it means."),
            _option("external_id", "Its id elsewhere."),
        ),
        values=lambda arguments: {
            **dict.fromkeys(("valid_until", "name", "description", "external_id")),
            **arguments,
        },
        together=limits.indicator_life,
        follower=Listed(_INDICATORS, "value", {"value": "<value>"}),
        troubles=(_ALREADY, _ONE_ACCOUNT, "--tenant needs a user of the global scope."),
    ),
    Action(
        "ioc remove",
        "Remove the indicators of a value from a scope.",
        On.SCOPE,
        "Threat Intelligence -> Manage",
        "DELETE",
        _INDICATORS,
        {"filter": Slot("scope_filter_and_items")},
        Answers.AFFECTED,
        "s1ecs respond ioc remove 203.0.113.9 --account 225494730938493915",
        "look whether the value is still among the indicators of the scope",
        arguments=(Argument("value", "The indicator.", limits.words),),
        follower=Listed(_INDICATORS, "value", {"value": "<value>"}, gone=True),
        lookup=Lookup.INDICATORS,
        troubles=(_ONE_ACCOUNT, "The value is not among the indicators of this scope: nothing is sent."),
    ),
)

LISTINGS = (
    Listing(
        "blocklist list",
        "List the blocklist of a scope, with what it inherits and what those below it have.",
        "Blacklist -> View",
        _RESTRICTIONS,
        {**_BLACK, "includeChildren": "true", "includeParents": "true", "limit": "1000"},
        (
            ("hash", "value"),
            ("system", "osType"),
            ("scope", "scopeName"),
            ("source", "source"),
            ("by", "userName"),
            ("created", "createdAt"),
            ("description", "description"),
            ("id", "id"),
        ),
        "s1ecs respond blocklist list --site 225494730938493915",
        of_scope=True,
        arguments=(Argument("value", "Only this hash.", limits.blocked_hash, needed=False),),
        parameters={"value": "value__contains"},
    ),
    Listing(
        "ioc list",
        "List the indicators of compromise of a scope.",
        "Threat Intelligence -> View",
        _INDICATORS,
        {"limit": "1000"},
        (
            ("value", "value"),
            ("type", "type"),
            ("name", "name"),
            ("source", "source"),
            ("valid until", "validUntil"),
            ("uploaded", "uploadTime"),
            ("description", "description"),
            ("uuid", "uuid"),
        ),
        "s1ecs respond ioc list --account 225494730938493915",
        of_scope=True,
        arguments=(Argument("value", "Only this value.", limits.words, needed=False),),
        parameters={"value": "value"},
    ),
)
