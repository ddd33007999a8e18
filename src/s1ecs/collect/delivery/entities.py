"""Entities of inventories: the key of the row that remembers the state, and the time of a state."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from s1ecs.collect.strategies.record_paths import time_at, value_at
from s1ecs.ecs.document_id import fingerprint
from s1ecs.outputs.output import Entity
from s1ecs.records import Record, canonical
from s1ecs.state.seen_marks import ALWAYS
from s1ecs.streams import Stream
from s1ecs.timestamps import BEGINNING, moment_of

_BEGINNING = moment_of(BEGINNING)


def thing_of(record: Record, keys: tuple[str, ...], identity: str) -> str:
    """The thing that a record is the state of; a record without any of the keys is a thing by itself."""
    values = [value_at(record, key) for key in keys]
    if all(value is None for value in values):
        return identity
    return fingerprint(canonical(values))


def latest_states(
    states: Iterable[tuple[str, Record, str]], keys: tuple[str, ...], fetched: datetime, born: str = ""
) -> Mapping[str, Entity]:
    """Of states (id, record, its time) the latest of each thing that `keys` name; see `latest_by_thing`."""
    known = ((identity, thing_of(record, keys, identity), time) for identity, record, time in states)
    return latest_by_thing(known, fetched, born)


def latest_by_thing(states: Iterable[tuple[str, str, str]], fetched: datetime, born: str = "") -> Mapping[str, Entity]:
    """Of states (id, thing, time) the latest of each thing, by id; of two with one time it is the later one.

    The time is the record's own; a whole inventory has none, there it is when the record was fetched. A time after
    that counts as then, or no later state would ever take its place; one before 1970 as 1970, because servers refuse a
    request with a negative version. `born` is the name that the console had first, where that is another.
    """
    latest: dict[str, tuple[str, Entity]] = {}
    fetching = _version(fetched)
    for identity, key, time in states:
        thing = Entity(key, fetching if time == ALWAYS else _version(min(moment_of(time), fetched)), born)
        if key not in latest or latest[key][1].version <= thing.version:
            latest[key] = (identity, thing)
    return dict(latest.values())


def states_of(
    stream: Stream, states: Iterable[tuple[str, Record, str]], keys: tuple[str, ...], fetched: datetime, born: str
) -> Mapping[str, Entity]:
    """The latest states of a stream: of an inventory, whose things `keys` name, or by the stream's own key.

    Without a time of its own a state of the latter counts as of when it was fetched.
    """
    key = stream.state_key
    if keys or key is None:
        return latest_states(states, keys, fetched, born) if keys else {}
    timed = ((identity, record, time_at(record, key.time) or ALWAYS) for identity, record, _ in states)
    return latest_states(timed, key.keys, fetched, born)


def _version(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return max(0, (moment - _BEGINNING) // timedelta(milliseconds=1))
