"""The first table of a stream page: request, permission, intervals and ids."""

from collections.abc import Iterator
from datetime import timedelta

from s1ecs.collect.strategies.choose import strategy_of
from s1ecs.collect.strategies.description import BASE, Fact, facts_of_call
from s1ecs.settings import write_duration
from s1ecs.streams import Stream

__all__ = ["BASE", "facts"]


def facts(stream: Stream) -> Iterator[Fact]:
    """Name and text of each row: request, permission, intervals, re-reads, identity."""
    ask, described = stream.ask, strategy_of(stream.ask).describe()
    yield from described.facts
    for setting, other in stream.optional.items():
        if other.per_item is not None:
            for name, text in facts_of_call(other.per_item):
                yield f"{name} (with `{setting}`)", text
    yield "permission", stream.permission
    yield "interval", write_duration(ask.interval)
    yield "first poll", _reach(ask.first_poll)
    yield "page size", str(ask.page_size)
    yield "re-read", described.read_again
    yield "`_id`", _identity(stream)
    yield "ECS", stream.table.ecs_version


def _reach(first_poll: timedelta | None) -> str:
    return "from the beginning" if first_poll is None else f"the last {write_duration(first_poll)}"


def _identity(stream: Stream) -> str:
    table = stream.table
    without = ", ".join(f"`{name}`" for name in sorted(table.identity_without))
    whole = f"the complete record without {without}" if without else "the complete record"
    if not table.identity:
        return f"fingerprint of {whole}"
    paths = ", ".join(f"`{path}`" for path in table.identity)
    needed = f"`{table.identity_needs}` is missing" if table.identity_needs else "all of them are missing"
    usual = f"fingerprint of {paths}; of {whole} if {needed}"
    if not stream.declared.identity_2:
        return usual
    others = ", ".join(f"`{path}`" for path in stream.declared.identity_2)
    return f"{usual}; in layout 2, with `{stream.declared.identity_2[0]}`, of {others}"
