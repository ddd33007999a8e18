"""The line that ends a command: what it did in all, and how long it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from s1ecs.counted import counted

if TYPE_CHECKING:
    # `transform` ends with such a line too, and loads nothing that asks a console.
    from collections.abc import Sequence

    from s1ecs.collect.outcome import Outcome


def collected(what: str, outcomes: Sequence[Outcome], seconds: float) -> str:
    """Sum up outcomes of walks: streams, records, documents, trouble."""
    streams = {(outcome.walk.console, outcome.walk.stream) for outcome in outcomes}
    failed = {
        (outcome.walk.console, outcome.walk.stream): outcome.state for outcome in outcomes if outcome.state != "ok"
    }
    counts = [outcome.counts for outcome in outcomes]
    parts = [
        counted(len(streams), "stream", grouped=True),
        counted(sum(each.records for each in counts), "record", grouped=True),
        f"{sum(each.delivered for each in counts):,} new",
    ]
    parts += [
        f"{number} {state}" for state in ("failed", "skipped", "stopped") if (number := [*failed.values()].count(state))
    ]
    refused = sum(each.refused for each in counts)
    parts += [f"{counted(refused, 'document', grouped=True)} refused"] if refused else []
    return f"{what}: {', '.join(parts)} in {duration(seconds)}"


def duration(seconds: float, *, tenths: bool = True) -> str:
    """Format seconds for people: 1.2s, 24s, 3m5s."""
    if seconds < 10 and tenths:  # noqa: PLR2004 - below that whole seconds say little
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes}m" if hours else f"{minutes}m{rest}s" if minutes else f"{rest}s"
