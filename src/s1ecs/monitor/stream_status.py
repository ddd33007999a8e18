"""Status of each stream of each console, from the settings and the state; no console is requested."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from s1ecs.bootstrap.collection_mode import ask_of
from s1ecs.settings import Settings, write_duration
from s1ecs.state.status import Key, LastPoll
from s1ecs.streams import STREAMS, Stream
from s1ecs.streams.collection_modes import Asking, endpoint_of


@dataclass(frozen=True)
class StreamStatus:
    """Status of one stream of one console; `poll` is None before the first poll."""

    key: Key
    stream: Stream
    enabled: bool
    interval: timedelta
    poll: LastPoll | None
    lag: timedelta | None
    ask: Asking

    @property
    def state(self) -> str:
        """State in a word or two."""
        if not self.enabled:
            return "off"
        return "never polled" if self.poll is None else self.poll.state


def stream_statuses(settings: Settings, polls: Mapping[Key, LastPoll], now: datetime) -> list[StreamStatus]:
    """List the status of every stream: consoles in the order of the settings, streams in their own."""
    found = []
    for console in settings.require_consoles():
        for stream in STREAMS.values():
            chosen = settings.stream(console, stream.name)
            key = Key(console.name, stream.name)
            poll = polls.get(key)
            lag = None if poll is None else _lag(stream.ask, poll, now)
            interval = chosen.interval or stream.ask.interval
            found.append(StreamStatus(key, stream, chosen.enabled, interval, poll, lag, ask_of(stream, console)))
    return found


def endpoint(ask: Asking) -> str:
    """Return method and path below /web/api/v2.1, and the path of the call per item if there is one."""
    return endpoint_of(ask)


def short_duration(duration: timedelta) -> str:
    """Format a duration in its two largest units at most: 3d4h, 5m12s."""
    seconds = int(duration.total_seconds())
    finest = next(smaller for size, smaller in ((86_400, 3_600), (3_600, 60), (0, 1)) if seconds >= size)
    return write_duration(timedelta(seconds=seconds // finest * finest))


def _lag(ask: Asking, poll: LastPoll, now: datetime) -> timedelta | None:
    """Age of the newest record at the last poll; for an inventory, the time since it was read completely."""
    if poll.newest is None:
        return None
    until = moment(poll.polled) if ask.filters_by_time else now
    return max(until - moment(poll.newest), timedelta(0))


def moment(text: str) -> datetime:
    """Parse a time of the state into UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)
