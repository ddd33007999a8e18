"""A call per item: many lists, one for each item of another list, read in parallel and delivered in order."""

import re
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from s1ecs.collect.positions.saved import SavedPosition
from s1ecs.collect.strategies.items import Item
from s1ecs.collect.strategies.prefetch import Prefetch
from s1ecs.collect.strategies.record_paths import text_of, value_at
from s1ecs.collect.strategies.request_context import RequestContext
from s1ecs.collect.strategies.step import ItemDone, ItemFailed, Step
from s1ecs.errors import ConsoleError, ExpiredCursor, NotFound, Unauthorized
from s1ecs.records import Record
from s1ecs.sentinelone.pagination import pages
from s1ecs.state.seen_marks import ALWAYS, version_mark
from s1ecs.streams.collection_modes import CallPerItem

# How many items are asked for at once; how often is the client's business, which keeps to the rate of their path.
_AT_ONCE = 12
# As many items that fail one after the other are no trouble of theirs.
_FAILURES_IN_A_ROW = 5
# An address with more is refused by servers, if not by the HTTP library.
_LONGEST_NAMES = 4_000

_KEY = re.compile(r"\{([A-Za-z.]+)\}")

# Gives the position behind an item, or behind a cursor within it.
PositionBehind = Callable[[Item, str | None], SavedPosition]


@dataclass(frozen=True)
class Part:
    """A page of an item's list; `inner` is the cursor behind it, None behind the last page."""

    item: Item
    records: Sequence[Record]
    fetched: datetime
    inner: str | None = None
    error: ConsoleError | None = None
    notes: Sequence[Any] = ()
    missed: bool = False


async def walk_items(
    items: AsyncGenerator[Item, None], source: RequestContext, call: CallPerItem, place: PositionBehind
) -> AsyncGenerator[Step, None]:
    """A step for each page of each item's list, in the order of the items.

    `place` gives the position behind an item, or behind a cursor within it. An item whose call fails for good is in its
    step's `failed`; when many fail in a row, the last one's error is raised.
    """
    failures = 0
    passed: Part | None = None
    async with aclosing(_parts(items, source, call)) as parts:
        async for part in parts:
            if part.item.unchanged:
                place(part.item, None)
                passed = part
                continue
            passed = None
            yield _step(part, call, place(part.item, part.inner))
            failures = 0 if part.error is None or isinstance(part.error, NotFound) else failures + 1
            if part.error is not None and failures == _FAILURES_IN_A_ROW:
                raise part.error
    if passed is not None:
        yield Step((), (), place(passed.item, None), passed.fetched)


async def _parts(
    items: AsyncGenerator[Item, None], source: RequestContext, call: CallPerItem
) -> AsyncGenerator[Part, None]:
    running: set[Prefetch[Part]] = set()

    async def begun() -> AsyncGenerator[Prefetch[Part], None]:
        async for item in items:
            reading = Prefetch(_read(item, source, call), 2)
            running.add(reading)
            yield reading

    lists = Prefetch(begun(), _AT_ONCE + 1)
    try:
        async for reading in lists:
            async for part in reading:
                yield part
            running.discard(reading)
    finally:
        await lists.close()
        for reading in running:
            await reading.close()


async def _read(item: Item, source: RequestContext, call: CallPerItem) -> AsyncGenerator[Part, None]:
    """The pages of an item's list, from the item's cursor or, where the console forgot that, from the beginning."""
    if item.unchanged:
        yield Part(item, (), item.listed)
        return
    if not _can_be_asked_for(item, call):
        yield _nameless(item, source, call)
        return
    try:
        async for part in _pages(item, source, call, item.inner):
            yield part
    except ExpiredCursor:
        try:
            async for part in _pages(item, source, call, None):
                yield part
        except ExpiredCursor as error:
            yield _failed(item, call, error)


def _can_be_asked_for(item: Item, call: CallPerItem) -> bool:
    """Tell whether the item has what its path names, and no name so long that no console could have such an item."""
    if any(value_at(item.record, key) is None for key in _KEY.findall(call.path)):
        return False
    forms = (call.path, *call.parameters.values())
    return sum(len(_filled(form, item)) for form in forms) <= _LONGEST_NAMES


def _nameless(item: Item, source: RequestContext, call: CallPerItem) -> Part:
    if call.into:
        return Part(item, [item.record], item.listed)
    request = f"{source.client.connection.console}: GET {call.path}"
    what = f"{request}: an element of the list lacks a field that the request requires"
    return Part(item, (), item.listed, error=NotFound(what, request=f"GET {call.path}"))


def _failed(item: Item, call: CallPerItem, error: ConsoleError) -> Part:
    alone = item.record._replace(flaws=(*item.record.flaws, str(error)))
    return Part(item, [alone] if call.into else (), item.listed, error=error)


async def _pages(
    item: Item, source: RequestContext, call: CallPerItem, cursor: str | None
) -> AsyncGenerator[Part, None]:
    path = _filled(call.path, item, encode=True)
    parameters = {**(source.scope if call.scoped else {}), **_parameters(item, call)}
    limit = source.limit(call.page_size)
    alone = cursor is None
    last: Part | None = None
    try:
        async for answer in pages(source.client, path, parameters, limit=limit, cursor=cursor, set_aside=source.unread):
            records = [_completed(record, item, call) for record in answer.records()]
            alone = alone and not records
            if call.into and alone and answer.next_cursor is None:
                records = [item.record]
            missed = not isinstance(answer.data, list)
            part = Part(item, records, answer.received, answer.next_cursor, notes=answer.notes, missed=missed)
            if answer.dead_end:
                # Only together with its error, which comes next: alone it would say that the item was read through.
                last = part
            else:
                yield part
    except ExpiredCursor:
        raise
    except ConsoleError as error:
        # A token that is good nowhere is every item's trouble; one that may not ask for this item is the item's.
        if isinstance(error, Unauthorized) and not error.elsewhere:
            raise
        yield _failed(item, call, error) if last is None else replace(last, error=error)


def _step(part: Part, call: CallPerItem, position: SavedPosition) -> Step:
    item, error = part.item, part.error
    # Under `into` an id holds the item's version, unless it lasts: it can't come again once the item has another.
    version = item.version if call.into and not call.lasting else None
    mark = ALWAYS if version is None else version_mark(item.key, version)
    failed = [] if error is None else [ItemFailed(item.key, item.record.exact(), error)]
    complete = part.inner is None and all(failure.gone for failure in failed)
    # Of an item that is gone nothing comes late.
    final = complete and (item.settled or bool(failed))
    return Step(
        records=part.records,
        times=[mark] * len(part.records),
        position=position,
        fetched=part.fetched,
        notes=part.notes,
        done=[ItemDone(item.key, item.version if final else None)] if complete else (),
        failed=failed,
        missed=part.missed,
    )


def _completed(record: Record, item: Item, call: CallPerItem) -> Record:
    """The record with what it gets from its item."""
    value = record.value
    added = {
        key: value_at(item.record, source)
        for key, source in call.carry.items()
        if isinstance(value, dict) and value.get(key) is None and value_at(item.record, source) is not None
    }
    if not added and not call.into:
        return record

    def completed(element: Any, whole: Any) -> Any:
        merged = {**element, **added} if added else element
        return {**whole, call.into: merged} if call.into else merged

    return Record(
        completed(value, item.record.value),
        lambda: completed(record.exact(), item.record.exact()),
        (*item.record.flaws, *record.flaws) if call.into else record.flaws,
    )


def _parameters(item: Item, call: CallPerItem) -> dict[str, str]:
    filled = {name: _filled(form, item) for name, form in call.parameters.items()}
    return {**filled, "sortBy": call.sort, "sortOrder": "asc"} if call.sort else filled


def _filled(form: str, item: Item, *, encode: bool = False) -> str:
    """A path or a parameter with the item's values for the keys in braces."""

    def filled(key: re.Match[str]) -> str:
        value = value_at(item.record, key[1])
        text = "" if value is None else text_of(value)
        return quote(text, safe="") if encode else text

    return _KEY.sub(filled, form)
