"""`s1ecs streams`: status of each stream of each console, from settings and state; no console is contacted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from s1ecs.bootstrap.state import missing_state, open_readonly
from s1ecs.commands.terminal.tables import print_json, print_leading
from s1ecs.commands.terminal.writer import ERR
from s1ecs.counted import counted
from s1ecs.monitor.stream_status import StreamStatus, endpoint, moment, short_duration, stream_statuses
from s1ecs.settings import Settings, write_duration
from s1ecs.timestamps import shown_time

_TABLE = ("stream", "state", "last poll", "newest", "documents", "interval", "permission", "endpoint", "description")
# Columns up to `newest` are always shown.
_LEAST = 4
_PLAIN = (
    "console",
    "stream",
    "state",
    "reason",
    "to_ask_again",
    "refused",
    "in_doubt",
    "last_poll",
    "newest",
    "lag_seconds",
    "documents",
    "interval_seconds",
    "permission",
    "endpoint",
    "what",
)


def streams(settings: Settings, now: datetime, *, json: bool) -> None:
    """Print a row for each stream of each console in the settings; `now` in UTC."""
    if missing := missing_state(settings):
        ERR.line(f"s1ecs: {missing}")
    rows = stream_statuses(settings, open_readonly(settings).polls(), now)
    if json:
        print_json(_PLAIN, map(_plain, rows))
        return
    lines = list(map(_line, rows))
    if len(settings.consoles) == 1:
        print_leading(_TABLE, lines, least=_LEAST)
    else:
        named = [[row.key.console, *line] for row, line in zip(rows, lines, strict=True)]
        print_leading(("console", *_TABLE), named, least=_LEAST + 1)


def _line(row: StreamStatus) -> Sequence[str]:
    """A row for people: what one wants to know first stands first."""
    poll = row.poll
    return (
        row.stream.name,
        _story(row),
        "" if poll is None else shown_time(moment(poll.polled)),
        "" if row.lag is None else f"{short_duration(row.lag)} ago",
        "" if poll is None else str(poll.documents),
        write_duration(row.interval),
        row.stream.permission,
        endpoint(row.ask),
        row.stream.what,
    )


def _story(row: StreamStatus) -> str:
    """The state with its reason, what is to be asked again, and what outputs refused."""
    if row.poll is None or not row.enabled:
        return row.state
    told = f"{row.state}: {row.poll.reason}" if row.poll.reason else row.state
    count = row.poll.to_ask_again
    if count:
        told += f", {counted(count, 'item')} to retry"
    if row.poll.doubt is not None:
        told += f", {row.poll.doubt}"
    if refused := row.poll.refused:
        told += f", {counted(refused, 'document')} refused (see s1ecs dead-letters)"
    return told


def _plain(row: StreamStatus) -> Sequence[Any]:
    """A row for programs, in the order of _PLAIN."""
    poll = row.poll
    return (
        *row.key,
        row.state,
        "" if poll is None else poll.reason,
        0 if poll is None else poll.to_ask_again,
        0 if poll is None else poll.refused,
        "" if poll is None or poll.doubt is None else str(poll.doubt),
        None if poll is None else poll.polled,
        None if poll is None else poll.newest,
        None if row.lag is None else row.lag.total_seconds(),
        0 if poll is None else poll.documents,
        row.interval.total_seconds(),
        row.stream.permission,
        endpoint(row.ask),
        row.stream.what,
    )
