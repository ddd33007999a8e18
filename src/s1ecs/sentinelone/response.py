"""An answer of the console, and the records in it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from itertools import islice
from typing import Any

from s1ecs.records import TOO_DEEP, NotJSON, Record
from s1ecs.sentinelone.cursor import Cursor, cursor_of
from s1ecs.sentinelone.error_mapping import Failures, said_by
from s1ecs.sentinelone.incremental_parser import Path, member, reading, records_at
from s1ecs.sentinelone.signed_urls import masking
from s1ecs.slices import in_slices

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Numbers that the fast parser may not give as they were written: with fraction or exponent, or beyond 64 bits. A text
# that looks like one costs a second reading and nothing else.
_MAY_CHANGE = re.compile(rb'(?:"\s*:|[\[,])\s*-?(?:\d+[.eE]|\d{19})')


@dataclass(frozen=True)
class ConsoleResponse:
    """A successful answer: `{"data": .., "pagination": {"nextCursor": ..}, "errors": ..}`.

    `next_cursor` is ready to be sent (not URL-encoded); it is None at the end, and at a `dead_end`: the reason why the
    next page that the console names can't be requested. `notes` are entries of `errors` that said something beside
    data, for the log; `received` is the time of arrival by our clock, UTC; `total` is how many records the console says
    there are, for a progress bar only, None where it does not say; `at` are the keys that lead from `data` to the list
    of records, and `inside` is the key of the record in an element of it; `lists` are the lists of records that were
    read for themselves, by the keys that lead to them; `passed_over`: it stands for a page whose records can't be read.
    """

    data: Any
    next_cursor: str | None
    notes: tuple[Any, ...]
    body: bytes = field(repr=False)
    received: datetime
    total: int | None = None
    at: Path = ()
    inside: str = ""
    lists: Mapping[Path, list[Record]] = field(default_factory=dict, repr=False)
    dead_end: str = ""
    passed_over: bool = False

    def records(self) -> list[Record]:
        """Return the records of the answer; where there is no list there are none."""
        read_alone = self.lists.get(("data", *self.at))
        if read_alone is None:
            found = self._records_in({"data": self.data})
            page = _ExactPage(self)
            return [Record(element, partial(page.element, index, element)) for index, element in enumerate(found)]
        if not self.inside:
            return read_alone
        return [
            member(record, self.inside) if TOO_DEEP in record.flaws else _inside(record, self.inside)
            for record in read_alone
            if self._is_record(record.value) or TOO_DEEP in record.flaws
        ]

    def exact_records(self) -> Iterator[Record]:
        """Read the records again as they are asked for, with every number as it was written."""
        for record in records_at(self.body, ("data", *self.at)):
            if not self.inside:
                yield record
            elif self._is_record(record.value):
                yield _inside(record, self.inside)

    def _records_in(self, content: dict[str, Any]) -> list[Any]:
        found: Any = content
        for key in ("data", *self.at):
            found = found.get(key) if isinstance(found, dict) else None
        elements = found if isinstance(found, list) else []
        return [element[self.inside] for element in elements if self._is_record(element)] if self.inside else elements

    def _is_record(self, element: Any) -> bool:
        return isinstance(element, dict) and element.get(self.inside) is not None


def _inside(record: Record, key: str) -> Record:
    return Record(record.value[key], lambda: record.exact()[key], record.flaws)


async def answer_from(
    body: bytes, *, status: int, received: datetime, strict: bool, failures: Failures, signed: bool = False
) -> ConsoleResponse:
    """Read the body of an answer of success; raise Unreadable, or Refused where its `errors` say that it failed.

    An entry of `errors` that says something is a failure beside data that hold nothing; with `strict` (requests that
    act, GraphQL) beside any data. Pre-signed links lose their signatures unless they are asked for (`signed`).
    """
    body = body.removeprefix(_BYTE_ORDER_MARK)
    if not signed:
        body = await in_slices(masking(body))
    try:
        page = await in_slices(reading(body))
    except NotJSON as error:
        raise failures.no_json(body, str(error)) from None
    content = page.content
    if not isinstance(content, dict):
        raise failures.no_answer("the response is JSON, but not an object", body)
    data = content.get("data")
    said = said_by(content)
    # An empty page beside an error is no end of a list: what it would have held, nobody knows.
    if said and (strict or _holds_nothing(data)):
        raise failures.said(status, said)
    cursor = _next_cursor(content)
    return ConsoleResponse(
        data,
        cursor.text,
        tuple(map(failures.note, said)),
        body,
        received,
        _total(content),
        lists=page.lists,
        dead_end=cursor.dead_end,
    )


def _holds_nothing(data: Any) -> bool:
    return not data or (isinstance(data, list) and not any(data))


def _next_cursor(content: dict[str, Any]) -> Cursor:
    pagination = content.get("pagination")
    if not isinstance(pagination, dict):
        return Cursor(None, "its pagination is not an object" if pagination else "")
    return cursor_of(pagination.get("nextCursor"), encoded=True)


def _total(content: dict[str, Any]) -> int | None:
    pagination = content.get("pagination")
    total = pagination.get("totalItems") if isinstance(pagination, dict) else None
    # Beside a cursor the console sends 0.
    return total if type(total) is int and total > 0 else None


class _ExactPage:
    """The records of a page with every number as it was written: read as far as they are asked for, and kept.

    Where the fast parser changes no number of the page, its values are exact, and nothing is read again.
    """

    def __init__(self, answer: ConsoleResponse) -> None:
        self._answer = answer
        self._coming = answer.exact_records()
        self._read: list[Record] = []

    @cached_property
    def _is_exact(self) -> bool:
        return _MAY_CHANGE.search(self._answer.body) is None

    def element(self, index: int, value: Any) -> Any:
        """Give one; `value`, as the fast parser read it, where the answer's text does not hold it."""
        if self._is_exact:
            return value
        self._read.extend(islice(self._coming, max(0, index + 1 - len(self._read))))
        return self._read[index].exact() if index < len(self._read) else value
