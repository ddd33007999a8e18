"""`s1ecs streams`: how each stream of each console fares, from the settings and the state; no console is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from s1ecs.collect.feeds import ask_of
from s1ecs.commands.tables import print_json, print_leading
from s1ecs.settings import Settings, write_duration
from s1ecs.state.polls import Key, LastPoll, read_polls
from s1ecs.streams import STREAMS, Stream
from s1ecs.streams.asking import Asking, Inventory, Window

_TABLE = ("stream", "state", "last poll", "lag", "documents", "interval", "permission", "endpoint", "what")
# Up to `interval` a table has all that tells how a stream fares.
_LEAST = 6
_PLAIN = (
    "console",
    "stream",
    "state",
    "reason",
    "to_ask_again",
    "refused",
    "last_poll",
    "newest",
    "lag_seconds",
    "documents",
    "interval_seconds",
    "permission",
    "endpoint",
    "what",
)


@dataclass(frozen=True)
class Row:
    """One stream of one console; `poll` None: never polled."""

    key: Key
    stream: Stream
    enabled: bool
    interval: timedelta
    poll: LastPoll | None
    lag: timedelta | None
    ask: Asking

    @property
    def state(self) -> str:
        """The state in a word or two."""
        if not self.enabled:
            return "off"
        return "never polled" if self.poll is None else self.poll.state


def streams(settings: Settings, now: datetime, *, json: bool) -> None:
    """Print a row for each stream of each console in the settings; `now` in UTC."""
    rows = stream_rows(settings, read_polls(settings.state_dir), now)
    if json:
        print_json(_PLAIN, map(_plain, rows))
        return
    lines = list(map(_line, rows))
    if len(settings.consoles) == 1:
        print_leading(_TABLE, lines, least=_LEAST)
    else:
        named = [[row.key.console, *line] for row, line in zip(rows, lines, strict=True)]
        print_leading(("console", *_TABLE), named, least=_LEAST + 1)


def stream_rows(settings: Settings, polls: Mapping[Key, LastPoll], now: datetime) -> list[Row]:
    """The rows, consoles and streams in the order of the settings and of the streams' own."""
    found = []
    for console in settings.require_consoles():
        for stream in STREAMS.values():
            chosen = settings.stream(console, stream.name)
            key = Key(console.name, stream.name)
            poll = polls.get(key)
            lag = None if poll is None else _lag(stream.ask, poll, now)
            interval = chosen.interval or stream.ask.interval
            found.append(Row(key, stream, chosen.enabled, interval, poll, lag, ask_of(stream, console)))
    return found


def endpoint(ask: Asking) -> str:
    """Method and path below /web/api/v2.1, with the path of the call per item where there is one."""
    if isinstance(ask, Window):
        return f"POST {ask.path}"
    return f"GET {ask.path}" + (f", then {ask.per_item.path}" if ask.per_item else "")


def short_duration(duration: timedelta) -> str:
    """A duration for people, in its two greatest units at most: 3d4h, 5m12s."""
    seconds = int(duration.total_seconds())
    finest = next(smaller for size, smaller in ((86_400, 3_600), (3_600, 60), (0, 1)) if seconds >= size)
    return write_duration(timedelta(seconds=seconds // finest * finest))


def _lag(ask: Asking, poll: LastPoll, now: datetime) -> timedelta | None:
    """How old the newest record was at the last poll; of an inventory, how long ago it was walked whole."""
    if poll.newest is None:
        return None
    until = now if isinstance(ask, Inventory) else _moment(poll.polled)
    return max(until - _moment(poll.newest), timedelta(0))


def _line(row: Row) -> Sequence[str]:
    """A row for people: what one wants to know first stands first."""
    poll = row.poll
    return (
        row.stream.name,
        _story(row),
        "" if poll is None else f"{_moment(poll.polled):%Y-%m-%d %H:%M:%S}",
        "" if row.lag is None else short_duration(row.lag),
        "" if poll is None else str(poll.documents),
        write_duration(row.interval),
        row.stream.permission,
        endpoint(row.ask),
        row.stream.what,
    )


def _story(row: Row) -> str:
    """The state with its reason, what is to be asked again, and what outputs refused."""
    if row.poll is None or not row.enabled:
        return row.state
    told = f"{row.state}: {row.poll.reason}" if row.poll.reason else row.state
    count = row.poll.to_ask_again
    if count:
        told += f", {count} {'item' if count == 1 else 'items'} to be asked again"
    if refused := row.poll.refused:
        told += f", {refused} {'document' if refused == 1 else 'documents'} refused (see s1ecs dead-letters)"
    return told


def _plain(row: Row) -> Sequence[Any]:
    """A row for programs, in the order of _PLAIN."""
    poll = row.poll
    return (
        *row.key,
        row.state,
        "" if poll is None else poll.reason,
        0 if poll is None else poll.to_ask_again,
        0 if poll is None else poll.refused,
        None if poll is None else poll.polled,
        None if poll is None else poll.newest,
        None if row.lag is None else row.lag.total_seconds(),
        0 if poll is None else poll.documents,
        row.interval.total_seconds(),
        row.stream.permission,
        endpoint(row.ask),
        row.stream.what,
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
