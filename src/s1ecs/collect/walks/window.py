"""A window of time, walked once a phase: by when things came to be, then by when they changed.

The position of a window in hand holds its ends, phase and cursor, so that a walk that was cut off goes on with the same
window.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from s1ecs.api.graphql import between, connection_pages
from s1ecs.collect.walks.source import Source
from s1ecs.collect.walks.step import Step
from s1ecs.collect.walks.values import time_at, value_at
from s1ecs.errors import Refused
from s1ecs.records import Record
from s1ecs.streams.asking import Window
from s1ecs.times import moment_of, time_text


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

    @classmethod
    def from_position(cls, position: Mapping[str, Any]) -> "Span":
        """The window that a saved position stands for."""
        return cls(position["start"], position["end"], position["phase"], position.get("after"))


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
        times = [latest(record, ask) or now for record in records]
        # The total is that of one phase, so it says nothing of the walk.
        yield Step(records, times, span.position, answer.received, notes=answer.notes), span


def latest(record: Record, ask: Window) -> str | None:
    """The last of the times by which a window may find the record."""
    return max((time for phase in ask.phases if (time := time_at(record, phase)) is not None), default=None)
