"""An answer of the console, and the records in it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import unquote

from s1ecs.api.failures import Failures, said_entries
from s1ecs.api.signed_links import without_signatures
from s1ecs.records import NotJSON, Record, exact_or, read, settled_record

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def elements(data: Any) -> list[Any]:
    """Return the elements of a list in `data`; where there is no list there are none."""
    return data if isinstance(data, list) else []


@dataclass(frozen=True)
class Answer:
    """A successful answer: `{"data": .., "pagination": {"nextCursor": ..}, "errors": ..}`.

    `next_cursor` is ready to be sent (not URL-encoded), None at the end; `notes` are entries of `errors` that said
    something beside data, for the log; `received` is the time of arrival by our clock, UTC;
    `total` is how many records the console says there are, for a progress bar only, None where it does not say;
    `within` finds the records in `data`.
    """

    data: Any
    next_cursor: str | None
    notes: tuple[Any, ...]
    body: bytes = field(repr=False)
    received: datetime
    total: int | None = None
    tolerant: bool = field(default=False, repr=False)
    within: Callable[[Any], list[Any]] = field(default=elements, repr=False)

    def records(self) -> list[Record]:
        """Return the records of the answer."""
        found = self.within(self.data)
        if self.tolerant:
            # The whole page was read exactly already, since the fast parser refused it.
            return [settled_record(element) for element in found]
        page = _ExactPage(self)
        return [Record(element, partial(page.element, index)) for index, element in enumerate(found)]


def answer_from(
    body: bytes, *, status: int, received: datetime, strict: bool, failures: Failures, signed: bool = False
) -> Answer:
    """Read the body of an answer of success; raise Unreadable, or Refused where its `errors` say that it failed.

    An entry of `errors` that says something is a failure beside null or absent data; with `strict` (requests that act,
    GraphQL) beside any data. Pre-signed links lose their signatures unless they are asked for (`signed`).
    """
    body = body.removeprefix(_BYTE_ORDER_MARK)
    if not signed:
        body = without_signatures(body)
    try:
        content, tolerant = read(body)
    except NotJSON as error:
        raise _unreadable(body, str(error), failures) from None
    if not isinstance(content, dict):
        raise failures.unreadable("the answer is no JSON object", body)
    data = content.get("data")
    said = said_entries(content.get("errors"))
    if said and (strict or data is None):
        raise failures.said(status, said)
    return Answer(data, _next_cursor(content), tuple(said), body, received, _total(content), tolerant)


def _unreadable(body: bytes, reason: str, failures: Failures) -> Exception:
    beginning = body.lstrip()[:1]
    if not beginning:
        return failures.unreadable("the answer is empty")
    if beginning == b"<":
        return failures.unreadable("the answer is a web page, not JSON", body)
    return failures.unreadable(f"the answer is no JSON or was cut off after {len(body)} bytes ({reason})", body)


def _next_cursor(content: dict[str, Any]) -> str | None:
    pagination = content.get("pagination")
    cursor = pagination.get("nextCursor") if isinstance(pagination, dict) else None
    # Some consoles send it URL-encoded already; sent as it came, it would be encoded twice.
    return unquote(str(cursor)) if cursor else None


def _total(content: dict[str, Any]) -> int | None:
    pagination = content.get("pagination")
    total = pagination.get("totalItems") if isinstance(pagination, dict) else None
    # Beside a cursor the console sends 0.
    return total if type(total) is int and total > 0 else None


class _ExactPage:
    """The page with every number as it was written: read when the first record asks, kept for the others."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._elements: list[Any] | None = None

    def element(self, index: int) -> Any:
        if self._elements is None:
            answer = self._answer
            self._elements = answer.within(exact_or({"data": answer.data}, answer.body)["data"])
        return self._elements[index]
