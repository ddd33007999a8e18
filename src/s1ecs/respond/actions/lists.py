"""Actions on lists of a scope: the blocklist (/restrictions), indicators of compromise (/threat-intelligence/iocs)."""

from s1ecs.respond import validators
from s1ecs.respond.actions.action import Action, Answers, Argument, Listing, Lookup, On
from s1ecs.respond.actions.body_template import Slot
from s1ecs.respond.item_lists import BLOCKLIST, INDICATORS, hash_fields
from s1ecs.respond.trackers.traces import ListTracker

SYSTEMS = ("windows", "macos", "linux", "windows_legacy")
TYPES = ("IPV4", "IPV6", "DNS", "URL", "MD5", "SHA1", "SHA256")
_RESTRICTIONS = BLOCKLIST.path
_INDICATORS = INDICATORS.path
_HASH = Argument("value", "Hash to block or unblock.", validators.blocked_hash, limit="SHA1; SHA256 on newer consoles")
_ALREADY = "The item is already in the list (code 4000030): the action is done, with that reason."
_ONE_ACCOUNT = "A token with access to several accounts is rejected (code 4030010): use a token of a single account."
_TYPE = Argument("type", "Type of the value.", str, flag="--type", choices=TYPES)


def _option(name: str, meaning: str) -> Argument:
    return Argument(name, meaning, validators.words, flag=f"--{name.replace('_', '-')}", needed=False)


LISTS = (
    Action(
        "blocklist add",
        "Add a hash to the blocklist of a scope, per operating system.",
        "Add {value} to the blocklist of {target}",
        On.SCOPE,
        "Blacklist -> Create",
        "POST",
        _RESTRICTIONS,
        {
            "data": {
                "value": Slot("sha1"),
                "sha256Value": Slot("sha256"),
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
                "Operating system to block it on; repeatable, one request each.",
                str,
                flag="--os",
                many=True,
                most=len(SYSTEMS),
                choices=SYSTEMS,
            ),
            _option("description", "Reason for blocking. Default: none."),
            _option("source", "Origin of the hash. Default: none."),
        ),
        values=lambda arguments: {
            "description": None,
            "source": None,
            **arguments,
            **hash_fields(arguments["value"]),
        },
        follower=ListTracker(BLOCKLIST),
        noted=("value",),
        each="os",
        troubles=(
            _ALREADY,
            "A SHA-1 is sent as `value`, a SHA-256 as `sha256Value`; older consoles accept SHA-1 only.",
        ),
    ),
    Action(
        "blocklist remove",
        "Remove a hash from the blocklist of a scope.",
        "Remove {value} from the blocklist of {target}",
        On.SCOPE,
        "Blacklist -> Edit",
        "DELETE",
        _RESTRICTIONS,
        {"data": {"type": "black_hash", "ids": Slot("items")}},
        Answers.AFFECTED,
        "s1ecs respond blocklist remove 95e979551bd820befb1aa9f03c39513033e9273f --site 225494730938493915",
        "check whether the hash is still on the blocklist of the scope",
        arguments=(_HASH,),
        follower=ListTracker(BLOCKLIST, gone=True),
        noted=("value",),
        lookup=Lookup.BLOCKED,
        troubles=("The hash is not on the blocklist of this scope itself: nothing is sent.",),
    ),
    Action(
        "ioc add",
        "Add an indicator of compromise to a scope.",
        "Add {value} to the indicators of {target}",
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
                "value",
                "Value of the indicator.",
                validators.words,
                limit="a value of the given type; not the hash of an empty file",
            ),
            _TYPE,
            Argument("source", "Origin of the indicator.", validators.words, flag="--source"),
            Argument(
                "valid_until",
                "Expiry time, such as 2026-01-31T12:00:00Z.",
                validators.time,
                flag="--valid-until",
                needed=False,
                limit="at most 30 days ahead (IPV4, IPV6) or 180 (others); console defaults: 14, 90 (DNS, URL), 180",
            ),
            _option("name", "Name of the indicator. Default: none."),
            _option("description", "Description of the indicator. Default: none."),
            _option("external_id", "Id of the indicator in another system. Default: none."),
        ),
        values=lambda arguments: {
            **dict.fromkeys(("valid_until", "name", "description", "external_id")),
            **arguments,
        },
        together=validators.indicator_life,
        follower=ListTracker(INDICATORS),
        noted=("value",),
        troubles=(_ALREADY, _ONE_ACCOUNT, "--tenant requires a user with global scope."),
    ),
    Action(
        "ioc remove",
        "Remove the indicators with a value from a scope.",
        "Remove {value} from the indicators of {target}",
        On.SCOPE,
        "Threat Intelligence -> Manage",
        "DELETE",
        _INDICATORS,
        {"filter": Slot("scope_filter_and_items")},
        Answers.AFFECTED,
        "s1ecs respond ioc remove 203.0.113.9 --account 225494730938493915",
        "check whether the value is still among the indicators of the scope",
        arguments=(Argument("value", "Value of the indicator.", validators.words),),
        follower=ListTracker(INDICATORS, gone=True),
        noted=("value",),
        lookup=Lookup.INDICATORS,
        troubles=(_ONE_ACCOUNT, "The value is not among the indicators of this scope: nothing is sent."),
    ),
)

LISTINGS = (
    Listing(
        "blocklist list",
        "List the blocklist of a scope, including inherited items and items of the scopes below it.",
        "Blacklist -> View",
        _RESTRICTIONS,
        {"type": "black_hash", "includeChildren": "true", "includeParents": "true", "limit": "1000"},
        (
            ("hash", ("value", "sha256Value")),
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
        arguments=(Argument("value", "Show this hash only.", validators.blocked_hash, needed=False),),
        items=BLOCKLIST,
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
        arguments=(Argument("value", "Show this value only.", validators.words, needed=False),),
        items=INDICATORS,
    ),
)
