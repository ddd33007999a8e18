"""GraphQL paging: a connection as an async iterator of pages, the twin of `paging`."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from s1ecs.errors import TooSlow, Unreadable
from s1ecs.sentinelone.cursor import Cursor, cursor_of
from s1ecs.sentinelone.loop_detection import Trail
from s1ecs.sentinelone.pagination import SetAside, next_of
from s1ecs.sentinelone.response import ConsoleResponse
from s1ecs.sentinelone.transport import Connection


class GraphQLReader(Protocol):
    """Client as GraphQL paging needs it."""

    @property
    def connection(self) -> Connection:
        """The console asked, for its name."""

    async def graphql(self, path: str, query: str, variables: Mapping[str, object]) -> ConsoleResponse:
        """Ask for one page."""


class Query(Protocol):
    """A GraphQL query with the variables first and after, whose field `root` is the list (a connection)."""

    @property
    def path(self) -> str:
        """Path of the endpoint below the base path."""

    @property
    def query(self) -> str:
        """Its text."""

    @property
    def root(self) -> str:
        """The field of the answer that is the list."""


def between(field: str, start: datetime, end: datetime) -> dict[str, Any]:
    """The variables for whatever has its time `field` behind `start` up to `end`, in ascending order of it."""
    bounds = {"start": _milliseconds(start), "startInclusive": False, "end": _milliseconds(end)}
    return {"filters": [{"fieldId": field, "dateTimeRange": bounds}], "sort": {"by": field, "order": "ASC"}}


async def connection_pages(
    client: GraphQLReader,
    query: Query,
    variables: Mapping[str, Any],
    *,
    first: int,
    after: str | None = None,
    skim: str | None = None,
    set_aside: Callable[[SetAside], None] | None = None,
) -> AsyncIterator[ConsoleResponse]:
    """Yield the pages of a connection from `after` if given; each answer's `next_cursor` is its endCursor.

    Ends where `pageInfo` has no next page. Raises BrokenWalk behind a page from which the walk leads nowhere, as
    `s1ecs.sentinelone.pagination.pages` does; Refused for `errors`. A page that was cut off is requested again with
    half the size, down to 1; with `skim`, the same query for next to nothing of each record, a single one is then
    skipped and reported to `set_aside`.
    """
    request = f"POST {query.path}"
    trail = Trail(after)
    size = first
    while True:
        asked = {**variables, "first": size} | ({"after": after} if after else {})
        try:
            answer = await connection_page(client, query, query.query, asked)
        except Unreadable as error:
            if not error.smaller_may_do:
                raise
            if size > 1:
                size //= 2
                continue
            # A line that is slow for a while makes no record unreadable.
            if isinstance(error, TooSlow) or skim is None or set_aside is None:
                raise
            answer = await connection_page(client, query, skim, asked)
            answer = replace(answer, data=None, lists={}, passed_over=True)
            set_aside(SetAside(query.path, after, 0, error))
        yield answer
        after = await next_of(answer, trail, client, request)
        if after is None:
            return
        size = min(first, size * 2)


async def connection_page(
    client: GraphQLReader, query: Query, text: str, variables: Mapping[str, Any]
) -> ConsoleResponse:
    """Ask for one page by `text`, the query or its skimming twin; raise Unreadable for an answer without a list."""
    answer = await client.graphql(query.path, text, variables)
    found = answer.data.get(query.root) if isinstance(answer.data, dict) else None
    if not isinstance(found, dict) or not isinstance(found.get("edges"), list):
        request = f"POST {query.path}"
        # An empty list is a list of no edges; without any the console did not say what there is.
        raise Unreadable(
            f"{client.connection.console}: {request}: the response contains no list {query.root}: s1ecs retries at the "
            "next interval; if this persists, report it with this line",
            request=request,
            smaller_may_do=False,
        )
    cursor = _next_cursor(found.get("pageInfo"))
    return replace(
        answer,
        at=(query.root, "edges"),
        inside="node",
        next_cursor=cursor.text,
        dead_end=cursor.dead_end,
        total=_total(found),
    )


def _next_cursor(page: Any) -> Cursor:
    if not isinstance(page, dict):
        return Cursor(None, "its pageInfo is not an object" if page else "")
    more = page.get("hasNextPage")
    if isinstance(more, str):
        more = {"true": True, "false": False}.get(more.strip().casefold(), more)
    if not more:
        return Cursor(None)
    cursor = cursor_of(page.get("endCursor"))
    if more is not True:
        return Cursor(None, "its hasNextPage is neither true nor false")
    return cursor if cursor != Cursor(None) else Cursor(None, "it announces one without a cursor")


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _total(found: Mapping[str, Any]) -> int | None:
    total = found.get("totalCount")
    return total if type(total) is int and total > 0 else None
