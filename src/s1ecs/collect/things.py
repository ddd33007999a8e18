"""What names a thing of an inventory: the key of the row that remembers its state, and the time of a state."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from s1ecs.collect.walks.step import ALWAYS
from s1ecs.collect.walks.values import value_at
from s1ecs.ecs.identity import fingerprint
from s1ecs.outputs.output import Thing
from s1ecs.records import Record, canonical
from s1ecs.times import BEGINNING, moment_of

_BEGINNING = moment_of(BEGINNING)


def thing_of(record: Record, keys: tuple[str, ...], identity: str) -> str:
    """The thing that a record is the state of; a record without any of the keys is a thing by itself."""
    values = [value_at(record, key) for key in keys]
    if all(value is None for value in values):
        return identity
    return fingerprint(canonical(values))


def latest_states(
    states: Iterable[tuple[str, Record, str]], keys: tuple[str, ...], fetched: datetime
) -> Mapping[str, Thing]:
    """Of states (id, record, its time) the latest of each thing, by id; of two with one time it is the later one.

    The time is the record's own; a whole inventory has none, there it is when the record was fetched. A time after
    that counts as then, or no later state would ever take its place; one before 1970 as 1970, because servers refuse a
    request with a negative version.
    """
    latest: dict[str, tuple[str, Thing]] = {}
    for identity, record, time in states:
        moment = fetched if time == ALWAYS else min(moment_of(time), fetched)
        thing = Thing(thing_of(record, keys, identity), max(0, _milliseconds(moment)))
        if thing.key not in latest or latest[thing.key][1].version <= thing.version:
            latest[thing.key] = (identity, thing)
    return dict(latest.values())


def _milliseconds(moment: datetime) -> int:
    return (moment - _BEGINNING) // timedelta(milliseconds=1)
