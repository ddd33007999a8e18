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
# How many kinds there are at a time, and how many of them are those that struck least so far.
_AT_ONCE, _RAREST = 6, 4
# How many rules of a hundred are about one path alone; those about cursors need all lists that have pages.
_OF_ONE_PATH = 40
_OF_CURSORS = frozenset(("cursor_expired", "same_cursor", "empty_page"))
# A record is late, and the clock wrong, by less than half of the overlap: together they stay within it.
_SHARE_OF_OVERLAP = 0.4

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
    "clock": lambda random, minutes: {"probability": 0.5, "minutes": random.choice((-1, 1)) * minutes},
    "same_time": lambda random, _: {**_once(random), "records": random.randint(5, 60)},
}  # fmt: skip


def _always(minutes: float) -> list[Rule]:
    """What holds all the time: some records come late, always the same; some answers take a while."""
    return [
        {"kind": "late", "minutes": minutes, "share": 0.3},
        {"kind": "slow", "probability": 0.5, "bytes": 1_000_000, "seconds": 0.1},
    ]


KINDS = (*_DRAWS, "late")


def draw(random: Random, struck: Mapping[str, int], overlap_seconds: float) -> list[Rule]:
    """Draw the rules of one life of the collector: some kinds by chance, and those that struck least."""
    minutes = overlap_seconds / 60 * _SHARE_OF_OVERLAP
    kinds = list(_DRAWS)
    random.shuffle(kinds)
    kinds = kinds[: _AT_ONCE - _RAREST] + sorted(kinds, key=lambda kind: struck.get(kind, 0))[:_RAREST]
    rules = [_rule(kind, random, minutes) for kind in dict.fromkeys(kinds)]
    for rule in rules:
        if not struck.get(rule["kind"]):
            # Wherever it can.
            rule.pop("path", None)
    return [*rules, *_always(minutes)]


def _rule(kind: str, random: Random, minutes: float) -> Rule:
    rule = {"kind": kind, **_DRAWS[kind](random, minutes), "seed": random.randrange(1 << 30)}
    path = random.choice(PATHS)
    if random.randrange(100) < _OF_ONE_PATH and kind not in _OF_CURSORS:
        rule["path"] = path
    return rule
