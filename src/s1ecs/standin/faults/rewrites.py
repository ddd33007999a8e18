"""Changes that faults make to a good page of a list. Each returns whether it changed anything."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from s1ecs.standin import invent
from s1ecs.standin.faults.cursors import Continuation, Cursors
from s1ecs.standin.faults.page import FaultPage
from s1ecs.standin.faults.poison import poisoned
from s1ecs.standin.json_object import JsonObject

# Where the time lies that a list is asked by, the first that a record has.
_TIMES = (("threatInfo", "updatedAt"), ("alertInfo", "createdAt"), ("updatedAt",), ("createdAt",), ("detectionDate",))
_IDS = (("alertInfo", "alertId"), ("id",))
_PARTS = 1 << 32


@dataclass(frozen=True)
class Situation:
    """Context of a change: the request's cursor and its meaning, the console's time, the number of the strike."""

    cursor: str | None
    own: Continuation
    cursors: Cursors
    now: datetime
    strike: int


def rewrite(kind: str, parameters: Mapping[str, Any], page: FaultPage, situation: Situation) -> bool:
    """Change the page as a fault of that kind does; return False if there was nothing to change."""
    return _REWRITES[kind](parameters, page, situation)


def _same_cursor(_parameters: Mapping[str, Any], page: FaultPage, situation: Situation) -> bool:
    page.put(page.records, situation.cursor)
    return True


def _empty_page(_parameters: Mapping[str, Any], page: FaultPage, situation: Situation) -> bool:
    if not page.records:
        return False
    page.put((), situation.cursors.give(*situation.own))
    return True


def _shifted(parameters: Mapping[str, Any], page: FaultPage, situation: Situation) -> bool:
    records = list(page.records)
    if len(records) < 2:  # noqa: PLR2004 - what has an order
        return False
    repeated = parameters["repeated"]
    cursor = page.next_cursor
    if cursor is not None and repeated:
        cursor = situation.cursors.give(cursor, records[-repeated:])
    shuffled = list(records)
    invent.source(parameters["seed"], "shifted", situation.strike).shuffle(shuffled)
    page.put(shuffled[::-1] if shuffled == records else shuffled, cursor)
    return True


def _late(parameters: Mapping[str, Any], page: FaultPage, situation: Situation) -> bool:
    visible = [each for each in page.records if _is_visible(parameters, each.get("node", each), situation.now)]
    if len(visible) == len(page.records):
        return False
    page.put(visible, page.next_cursor)
    return True


def _is_visible(parameters: Mapping[str, Any], record: JsonObject, now: datetime) -> bool:
    """A state of a record is late or not, and by how much, whoever asks and whenever.

    One that is stamped ahead of the clock is not: it would be late by all of that, more than the minutes allow.
    """
    time = next((text for path in _TIMES if isinstance(text := _at(record, path), str)), None)
    if time is None:
        return True
    moment = datetime.fromisoformat(time).astimezone(UTC)
    if now < moment:
        return True
    identity = next((_at(record, path) for path in _IDS if _at(record, path)), None)
    text = f"{parameters['seed']}/{identity}/{time}"
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    share, delay = (int.from_bytes(part) / _PARTS for part in (digest[:4], digest[4:]))
    if share >= parameters["share"]:
        return True
    return now >= moment + timedelta(minutes=parameters["minutes"]) * delay


def _at(record: JsonObject, path: tuple[str, ...]) -> Any:
    value: Any = record
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _poison(parameters: Mapping[str, Any], page: FaultPage, situation: Situation) -> bool:
    records = list(page.records)
    random = invent.source(parameters["seed"], "poison", situation.strike)
    copies = [poisoned(each) for each in random.sample(records, min(parameters["records"], len(records)))]
    for each in copies:
        records.insert(random.randint(0, len(records)), each)
    page.put(records, page.next_cursor)
    return bool(copies)


_REWRITES: Mapping[str, Callable[[Mapping[str, Any], FaultPage, Situation], bool]] = {
    "same_cursor": _same_cursor,
    "empty_page": _empty_page,
    "shifted": _shifted,
    "late": _late,
    "poison": _poison,
}
