"""The faults of each life of the collector: rules for the stand-in, drawn by chance from a table of all kinds."""

from collections.abc import Callable, Mapping
from random import Random

from chaos.console import Rule

# The lists that the streams are read from.
PATHS = (
    "/activities",
    "/agents",
    "/groups",
    "/threats",
    "/cloud-detection/alerts",
    "/application-management/inventory",
    "/application-management/risks",
    "/unifiedalerts/graphql",
)
# How many of their requests a hundred fail with an error beside an empty list, whatever else happens.
_INVENTORIES = {"/application-management/risks": 0.05, "/application-management/inventory": 0.02}
# How many kinds there are at a time, and how many of them are those that struck least so far.
_AT_ONCE, _RAREST = 6, 4
# How many rules of a hundred are about one path alone; those about cursors need all lists that have pages.
_OF_ONE_PATH = 40
_OF_CURSORS = frozenset(("cursor_expired", "same_cursor", "empty_page"))
# A record is late, and a clock that answers differ about wrong, by less than half of the overlap: together they stay
# within it.
_SHARE_OF_OVERLAP = 0.4
# How far a console's clock steps, in minutes: hours, days, years.
_STEPS = (120, 1200, 3 * 1440, 30 * 365 * 1440)
# The first lives begin under a clock that is absurd.
_ABSURD = {"kind": "clock", "minutes": 70 * 365 * 1440}
_ABSURD_LIVES = 2

# Draws what a rule says beside its kind and path; the number is how many minutes are bearable.
_Draw = Callable[[Random, float], Rule]


def _seldom(random: Random, _minutes: float = 0) -> Rule:
    return {"probability": random.choice((0.1, 0.2)), "at_most": random.randint(1, 4)}


def _often(random: Random, _minutes: float = 0) -> Rule:
    return {"probability": random.choice((0.3, 0.6)), "at_most": random.randint(2, 6)}


def _once(_random: Random, _minutes: float = 0) -> Rule:
    return {"probability": 0.3, "at_most": 1}


_DRAWS: Mapping[str, _Draw] = {
    "too_many_requests": lambda random, _: {**_once(random), "retry_after": random.choice((None, 0, 1, 1))},
    "server_error": lambda random, _: {**_seldom(random), "status": random.choice((500, 502, 503, 504))},
    "html": _seldom,
    "errors": _seldom,
    "several_errors": lambda random, _: {**_seldom(random), "status": random.choice((200, 400, 403, 500))},
    "errors_beside_empty": _often,
    "trickle": lambda random, _: {
        **_once(random), "part": random.choice(("head", "interim", "body")), "seconds": random.choice((0.05, 0.5)),
    },
    "not_authenticated": _once,
    "forbidden": _seldom,
    "cursor_expired": _often,
    "reset": _seldom,
    "silence": lambda random, _: {**_seldom(random), "seconds": random.choice((None, 0.5, 1))},
    "cut": lambda random, _: {
        **_often(random), "announced": random.choice(("length", "chunked")), "share": random.random(),
    },
    "too_large": lambda random, _: {**_often(random), "limit": random.randint(2, 15)},
    "slow": lambda random, _: {**_often(random), "bytes": random.choice((500, 4000)), "seconds": 0.05},
    "same_cursor": _often,
    "empty_page": _often,
    "shifted": lambda random, _: {**_often(random), "repeated": random.randint(0, 5)},
    "poison": lambda random, _: {**_often(random), "records": random.randint(1, 9)},
    "clock": lambda random, minutes: random.choice((
        {"probability": 0.5, "minutes": random.choice((-1, 1)) * minutes},
        {"probability": 0.5, "minutes": random.choice(_STEPS)},
        {"minutes": random.choice((-1, 1)) * random.choice(_STEPS)},
        {"minutes": random.choice((-1, 1)) * random.choice(_STEPS)},
    )),
    "same_time": lambda random, _: {**_once(random), "records": random.randint(5, 60)},
}  # fmt: skip


def _always(random: Random, minutes: float) -> list[Rule]:
    """What holds all the time: some records come late, always the same; some answers take a while; inventories fail."""
    return [
        *(
            # Seldom, but on each of them: taken for the end of the list it makes all of it gone for a moment.
            {"kind": "errors_beside_empty", "path": path, "probability": share, "seed": random.randrange(1 << 30)}
            for path, share in _INVENTORIES.items()
        ),
        {"kind": "late", "minutes": minutes, "share": 0.3},
        {"kind": "slow", "probability": 0.5, "bytes": 1_000_000, "seconds": 0.1},
    ]


KINDS = (*_DRAWS, "late")


def draw(random: Random, struck: Mapping[str, int], overlap_seconds: float, life: int = _ABSURD_LIVES) -> list[Rule]:
    """Draw the rules of a life of the collector (the first is 0): some kinds by chance, and those that struck least."""
    minutes = overlap_seconds / 60 * _SHARE_OF_OVERLAP
    kinds = list(_DRAWS)
    random.shuffle(kinds)
    kinds = kinds[: _AT_ONCE - _RAREST] + sorted(kinds, key=lambda kind: struck.get(kind, 0))[:_RAREST]
    rules = [_rule(kind, random, minutes) for kind in dict.fromkeys(kinds)]
    for rule in rules:
        if not struck.get(rule["kind"]):
            # Wherever it can.
            rule.pop("path", None)
    if life < _ABSURD_LIVES:
        rules = [_ABSURD, *(rule for rule in rules if rule["kind"] != "clock")]
    return [*_stamped(rules), *_always(random, minutes)]


def _stamped(rules: list[Rule]) -> list[Rule]:
    """The rules, with records stamped by the clock where it is ahead for a whole life.

    Behind they are stamped right: a stream that was not polled in that life could know of no such record.
    """
    ahead = sum(max(0, rule["minutes"]) for rule in rules if rule["kind"] == "clock" and "probability" not in rule)
    return [{**rule, "minutes": ahead} if rule["kind"] == "same_time" else rule for rule in rules]


def _rule(kind: str, random: Random, minutes: float) -> Rule:
    rule = {"kind": kind, **_DRAWS[kind](random, minutes), "seed": random.randrange(1 << 30)}
    path = random.choice(PATHS)
    if kind == "clock":
        # A console has one clock; one that is wrong in every answer is not drawn by chance.
        return rule if "probability" in rule else {"kind": kind, "minutes": rule["minutes"]}
    if random.randrange(100) < _OF_ONE_PATH and kind not in _OF_CURSORS:
        rule["path"] = path
    return rule
