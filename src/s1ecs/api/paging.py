"""Cursor paging: a list as an async iterator of pages."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import Protocol

from s1ecs.api.answer import Answer
from s1ecs.api.connection import Connection
from s1ecs.errors import ApiProblem, BrokenWalk, ExpiredCursor, Refused, Unreadable

# A console that passes over `skip` beside a cursor gives the same record again; this many tries tell.
_SKIPPED_IN_A_ROW = 3


class Reader(Protocol):
    """What paging needs of a client."""

    @property
    def connection(self) -> Connection:
        """The console asked, for its name."""

    async def get(self, path: str, params: Mapping[str, str]) -> Answer:
        """Ask for one page."""


@dataclass(frozen=True)
class SetAside:
    """A record that could not be read: the one that lies `skip` places behind `cursor` (None: behind the start)."""

    path: str
    cursor: str | None
    skip: int
    reason: Unreadable


async def pages(
    client: Reader,
    path: str,
    params: Mapping[str, str],
    *,
    limit: int,
    cursor: str | None = None,
    set_aside: Callable[[SetAside], None] | None = None,
) -> AsyncIterator[Answer]:
    """Yield the pages of the list at `path`, filters and sort (`params`) on each request, from `cursor` if given.

    Ends where an answer names no next cursor. Raises BrokenWalk behind a page that names a cursor of this walk again,
    ExpiredCursor for a 400 on a request with a cursor. A page that can't be read is asked again with half the size,
    down to 1. A single record that can't be read is skipped (parameter `skip`) and told to `set_aside`; where the
    console can't skip it, or nobody listens, Unreadable is raised with the position in its text.
    """
    asked = _List(client, path, params, set_aside)
    size = limit
    seen = {_digest(cursor)} if cursor else set[bytes]()
    while True:
        answer, size = await asked.page(cursor, size)
        yield answer
        cursor = answer.next_cursor
        if cursor is None:
            return
        digest = _digest(cursor)
        if digest in seen:
            raise BrokenWalk(
                f"{client.connection.console}: GET {path}: the console named the same next page twice: what was read "
                "is delivered, the next poll goes on behind it; if it lasts, report it with this line",
                request=f"GET {path}",
            )
        seen.add(digest)
        size = min(limit, size * 2)


def require_list(answer: Answer, client: Reader, path: str) -> None:
    """Raise Refused for an answer whose `data` is something else than a list; missing and null data are no records."""
    if answer.data is None or isinstance(answer.data, list):
        return
    request = f"GET {path}"
    raise Refused(
        f"{client.connection.console}: {request}: the answer's data is no list, so this is no answer of a console; "
        "check 'url', and what stands between here and the console",
        request=request,
        problem=ApiProblem(status=HTTPStatus.OK, title="no list"),
    )


@dataclass(frozen=True)
class _List:
    client: Reader
    path: str
    params: Mapping[str, str]
    set_aside: Callable[[SetAside], None] | None

    async def page(self, cursor: str | None, size: int) -> tuple[Answer, int]:
        """Return the page behind `cursor` and the size at which it could be read."""
        unread: list[SetAside] = []
        while True:
            try:
                answer = await self.client.get(self.path, _query(self.params, size, cursor, len(unread)))
            except Unreadable as error:
                if size > 1:
                    size //= 2
                    continue
                if self.set_aside is None or len(unread) == _SKIPPED_IN_A_ROW:
                    raise _with_position(error, cursor) from error
                unread.append(SetAside(self.path, cursor, len(unread), error))
            except Refused as error:
                if unread:
                    # The console does not take `skip` beside this cursor.
                    raise _with_position(unread[0].reason, cursor) from error
                if cursor is None or error.problem.status != HTTPStatus.BAD_REQUEST:
                    raise
                raise _expired(error) from error
            else:
                self._tell(unread)
                require_list(answer, self.client, self.path)
                return answer, size

    def _tell(self, unread: list[SetAside]) -> None:
        if self.set_aside is not None:
            for record in unread:
                self.set_aside(record)


def _query(params: Mapping[str, str], size: int, cursor: str | None, skip: int) -> dict[str, str]:
    query = {**params, "limit": str(size)}
    if cursor is not None:
        query["cursor"] = cursor
    if skip:
        query["skip"] = str(skip)
    return query


def _digest(cursor: str) -> bytes:
    # A walk may have many thousand pages, and a cursor any length.
    return sha256(cursor.encode("utf-8", "surrogatepass")).digest()


def _with_position(error: Unreadable, cursor: str | None) -> Unreadable:
    position = "at the beginning of the list" if cursor is None else f"behind cursor {cursor}"
    return Unreadable(f"{error} (a single record, {position}, that can't be skipped)", request=error.request)


def _expired(error: Refused) -> ExpiredCursor:
    text = f"{error} (on a page after the first: the cursor expired and the walk begins anew)"
    return ExpiredCursor(text, request=error.request, problem=error.problem)
