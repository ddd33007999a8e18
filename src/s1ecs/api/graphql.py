"""GraphQL paging: a connection as an async iterator of pages, the twin of `paging`."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any, Protocol

from s1ecs.api.answer import Answer
from s1ecs.api.connection import Connection
from s1ecs.api.paging import SetAside
from s1ecs.errors import BrokenWalk, Unreadable


class GraphQLReader(Protocol):
    """What paging needs of a client."""

    @property
    def connection(self) -> Connection:
        """The console asked, for its name."""

    async def graphql(self, path: str, query: str, variables: Mapping[str, object]) -> Answer:
        """Ask for one page."""


class Query(Protocol):
    """A GraphQL query with the variables first and after, whose field `root` is the list (a connection)."""

    @property
    def path(self) -> str:
        """Where it is asked, below the base path."""

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
) -> AsyncIterator[Answer]:
    """Yield the pages of a connection from `after` if given; each answer's `next_cursor` is its endCursor.

    Ends where `pageInfo` has no next page. Raises BrokenWalk behind a page that names a cursor of this walk again, or
    promises more and names none; Refused for `errors`. A page that can't be read is asked again with half the size,
    down to 1; with `skim`, the same query for next to nothing of each record, a single one is then passed over and told
    to `set_aside`.
    """
    seen = {_digest(after)} if after else set[bytes]()
    size = first
    while True:
        asked = {**variables, "first": size} | ({"after": after} if after else {})
        try:
            answer = await connection_page(client, query, query.query, asked)
        except Unreadable as error:
            if size > 1:
                size //= 2
                continue
            if skim is None or set_aside is None:
                raise
            answer = await connection_page(client, query, skim, asked)
            answer = replace(answer, within=lambda _: [])
            set_aside(SetAside(query.path, after, 0, error))
        yield answer
        after = answer.next_cursor
        if after is None:
            return
        if _digest(after) in seen:
            raise _broken(client, query, "the console named the same next page twice")
        seen.add(_digest(after))
        size = min(first, size * 2)


async def connection_page(client: GraphQLReader, query: Query, text: str, variables: Mapping[str, Any]) -> Answer:
    """Ask for one page by `text`, the query or its skimming twin; raise Unreadable for an answer without a list."""
    answer = await client.graphql(query.path, text, variables)
    found = answer.data.get(query.root) if isinstance(answer.data, dict) else None
    if not isinstance(found, dict) or not isinstance(found.get("edges"), list):
        request = f"POST {query.path}"
        # An empty list is a list of no edges; without any the console did not say what there is.
        raise Unreadable(
            f"{client.connection.console}: {request}: the answer holds no list {query.root}: it is asked again at the "
            "next interval; if it lasts, report it with this line",
            request=request,
        )
    page = found.get("pageInfo")
    more = isinstance(page, dict) and page.get("hasNextPage") is True
    cursor = page.get("endCursor") if isinstance(page, dict) else None
    if more and not cursor:
        raise _broken(client, query, "the console promised a next page and named none")
    return replace(
        answer,
        within=partial(_nodes, query.root),
        next_cursor=str(cursor) if more else None,
        total=_total(found),
    )


def _broken(client: GraphQLReader, query: Query, what: str) -> BrokenWalk:
    request = f"POST {query.path}"
    return BrokenWalk(
        f"{client.connection.console}: {request}: {what}: what was read is delivered, the next poll goes on behind it; "
        "if it lasts, report it with this line",
        request=request,
    )


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _nodes(root: str, data: Any) -> list[Any]:
    return [edge["node"] for edge in data[root]["edges"] if isinstance(edge, dict) and edge.get("node") is not None]


def _total(found: Mapping[str, Any]) -> int | None:
    total = found.get("totalCount")
    return total if type(total) is int and total > 0 else None


def _digest(cursor: str) -> bytes:
    return sha256(cursor.encode("utf-8", "surrogatepass")).digest()
