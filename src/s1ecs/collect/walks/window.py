"""A window of time, walked once a phase: by when things came to be, then by when they changed.

Windows overlap, because records become visible late. The position holds the end of the last complete window, and of a
window in hand its bounds, phase and cursor, so that a walk that was cut off goes on with the same window.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from s1ecs.api.graphql import between, connection_pages
from s1ecs.collect.times import earlier, moment_of, time_text
from s1ecs.collect.walks.source import Source
from s1ecs.collect.walks.step import Step
from s1ecs.collect.walks.values import time_at, value_at
from s1ecs.errors import Refused
from s1ecs.records import Record
from s1ecs.streams.asking import Window


@dataclass(frozen=True)
class Span:
    """A window in hand: all behind `start` up to `end`; which phase is being walked, and behind which cursor."""

    start: str
    end: str
    phase: int = 0
    after: str | None = None

    @property
    def position(self) -> dict[str, Any]:
        """The window as a position; `from_position` reads it."""
        position = {"start": self.start, "end": self.end, "phase": self.phase, "after": self.after}
        return {name: value for name, value in position.items() if value is not None}


def next_span(position: Mapping[str, Any], *, now: str, overlap: timedelta, first_poll: str) -> Span:
    """The window to walk: the one that was cut off, else from an overlap before the last one's end, else the first."""
    if "end" in position:
        return Span(position["start"], position["end"], position["phase"], position.get("after"))
    walked = position.get("walked")
    if walked is None:
        return Span(first_poll, now)
    if walked > now:
        # A clock that was ahead for a while must not make a window end before it begins.
        return Span(earlier(now, overlap), now)
    return Span(max(earlier(walked, overlap), position.get("forgotten", "")), now)


def walked(position: Mapping[str, Any], forgotten: str) -> dict[str, Any]:
    """The position behind a complete window; before `forgotten` ids are remembered no more."""
    return {"walked": position["end"], "forgotten": forgotten}


async def walk_window(source: Source, ask: Window, span: Span) -> AsyncGenerator[Step, None]:
    """Walk the window phase by phase, from where `span` stands."""
    while span.phase < len(ask.phases):
        resumed = span.after is not None
        try:
            async for step, behind in _phase(source, ask, span):
                resumed, span = False, behind
                yield step
        except Refused:
            # GraphQL has no error of its own for a cursor that the console forgot since the last poll.
            if not resumed:
                raise
            span = replace(span, after=None)


async def _phase(source: Source, ask: Window, span: Span) -> AsyncGenerator[tuple[Step, Span], None]:
    variables = between(ask.phases[span.phase], moment_of(span.start), moment_of(span.end))
    async for answer in connection_pages(
        source.client,
        ask,
        variables,
        first=source.limit(ask.page_size),
        after=span.after,
        skim=ask.skim,
        set_aside=source.unread,
    ):
        if answer.next_cursor is None:
            span = replace(span, phase=span.phase + 1, after=None)
        else:
            span = replace(span, after=answer.next_cursor)
        now = time_text(source.client.now())
        records = [record for record in answer.records() if source.has_site(value_at(record, ask.site))]
        times = [_latest(record, ask) or now for record in records]
        yield Step(records, times, span.position, answer.received, answer.total, answer.notes), span


def _latest(record: Record, ask: Window) -> str | None:
    """The last of the times by which a window may find the record."""
    return max((time for phase in ask.phases if (time := time_at(record, phase)) is not None), default=None)
