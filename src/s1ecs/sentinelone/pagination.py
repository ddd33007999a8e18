"""Cursor paging: a list as an async iterator of pages."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

from s1ecs.errors import ApiProblem, BrokenWalk, ExpiredCursor, Refused, TooSlow, Unreadable
from s1ecs.sentinelone.loop_detection import Trail
from s1ecs.sentinelone.response import ConsoleResponse
from s1ecs.sentinelone.transport import Connection
from s1ecs.slices import in_slices

# A console that passes over `skip` beside a cursor gives the same record again; this many tries tell.
_SKIPPED_IN_A_ROW = 3


class HasConnection(Protocol):
    """Client as an error needs it."""

    @property
    def connection(self) -> Connection:
        """The console asked, for its name."""


class Reader(HasConnection, Protocol):
    """Client as paging needs it."""

    async def get(self, path: str, params: Mapping[str, str]) -> ConsoleResponse:
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
) -> AsyncIterator[ConsoleResponse]:
    """Yield the pages of the list at `path`, filters and sort (`params`) on each request, from `cursor` if given.

    Ends where an answer names no next cursor. Raises BrokenWalk behind a page from which the walk leads nowhere: its
    cursor came before, or no request can carry it, or pages bring the same records or none over and over. Raises
    ExpiredCursor for a 400 on a request with a cursor. A page that was cut off is asked again with half the size,
    down to 1. A single record that can't be read is skipped (parameter `skip`) and told to `set_aside`; where the
    console can't skip it, or nobody listens, Unreadable is raised with the position in its text.
    """
    asked = _List(client, path, params, set_aside)
    size = limit
    trail = Trail(cursor)
    while True:
        answer, size = await asked.page(cursor, size)
        yield answer
        cursor = await next_of(answer, trail, client, f"GET {path}")
        if cursor is None:
            return
        size = min(limit, size * 2)


async def next_of(answer: ConsoleResponse, trail: Trail, client: HasConnection, request: str) -> str | None:
    """Return the cursor of the next page, None at the end; raise BrokenWalk where the walk leads nowhere."""
    cursor, why = answer.next_cursor, ""
    if answer.dead_end:
        why = f"the console returned a next page that can't be requested, {answer.dead_end}"
    elif cursor is not None:
        records = [record.value for record in answer.records()]
        why = trail.comes_again(cursor) if answer.passed_over else await in_slices(trail.following(records, cursor))
    if why:
        raise broken(client, request, why)
    return cursor


def broken(client: HasConnection, request: str, why: str) -> BrokenWalk:
    """Return the error for a walk that leads nowhere."""
    return BrokenWalk(
        f"{client.connection.console}: {request}: {why}: what was read is delivered, the next poll continues after it; "
        "if this persists, report it with this line",
        request=request,
    )


def require_list(answer: ConsoleResponse, client: Reader, path: str) -> None:
    """Raise Refused for an answer whose `data` is something else than a list; missing and null data are no records."""
    if answer.data is None or isinstance(answer.data, list):
        return
    request = f"GET {path}"
    raise Refused(
        f"{client.connection.console}: {request}: the data of the response is not a list, so this is not the "
        "response of a console; check 'url' and the proxies between this machine and the console",
        request=request,
        problem=ApiProblem(status=HTTPStatus.OK, title="not a list"),
    )


@dataclass(frozen=True)
class _List:
    client: Reader
    path: str
    params: Mapping[str, str]
    set_aside: Callable[[SetAside], None] | None

    async def page(self, cursor: str | None, size: int) -> tuple[ConsoleResponse, int]:
        """Return the page behind `cursor` and the size at which it could be read."""
        unread: list[SetAside] = []
        while True:
            try:
                answer = await self.client.get(self.path, _query(self.params, size, cursor, len(unread)))
            except Unreadable as error:
                if not error.smaller_may_do:
                    raise
                if size > 1:
                    size //= 2
                    continue
                unread.append(self._passed_over(error, cursor, len(unread)))
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

    def _passed_over(self, error: Unreadable, cursor: str | None, skip: int) -> SetAside:
        """Return the record that can't be read; raise the error where it can't be passed over."""
        if isinstance(error, TooSlow):
            # A line that is slow for a while makes no record unreadable.
            raise error
        if self.set_aside is None or skip == _SKIPPED_IN_A_ROW:
            raise _with_position(error, cursor) from error
        return SetAside(self.path, cursor, skip, error)

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


def _with_position(error: Unreadable, cursor: str | None) -> Unreadable:
    position = "at the beginning of the list" if cursor is None else f"after cursor {cursor}"
    return Unreadable(f"{error} (a single record, {position}, that can't be skipped)", request=error.request)


def _expired(error: Refused) -> ExpiredCursor:
    text = f"{error} (on a page after the first: the cursor expired and the walk restarts)"
    return ExpiredCursor(text, request=error.request, problem=error.problem)
