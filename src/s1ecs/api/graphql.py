"""GraphQL paging: a connection as an async iterator of pages, the twin of `paging`."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any, Protocol

from s1ecs.api.answer import Answer
from s1ecs.api.connection import Connection
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
) -> AsyncIterator[Answer]:
    """Yield the pages of a connection from `after` if given; each answer's `next_cursor` is its endCursor.

    Ends where `pageInfo` has no next page or no endCursor. Raises BrokenWalk behind a page that names a cursor of this
    walk again, Refused for `errors`. A page that can't be read is asked again with half the size, down to 1.
    """
    seen = {_digest(after)} if after else set[bytes]()
    size = first
    while True:
        asked = {**variables, "first": size} | ({"after": after} if after else {})
        try:
            answer = await client.graphql(query.path, query.query, asked)
        except Unreadable:
            if size == 1:
                raise
            size //= 2
            continue
        answer = replace(
            answer,
            within=partial(_nodes, query.root),
            next_cursor=_end_cursor(answer.data, query.root),
            total=_total(answer.data, query.root),
        )
        yield answer
        after = answer.next_cursor
        if after is None:
            return
        if _digest(after) in seen:
            request = f"POST {query.path}"
            raise BrokenWalk(
                f"{client.connection.console}: {request}: the console named the same next page twice: what was read "
                "is delivered, the next poll asks for the window again; if it lasts, report it with this line",
                request=request,
            )
        seen.add(_digest(after))
        size = min(first, size * 2)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _list(data: Any, root: str) -> Mapping[str, Any]:
    found = data.get(root) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def _nodes(root: str, data: Any) -> list[Any]:
    edges = _list(data, root).get("edges")
    return [edge["node"] for edge in edges or () if isinstance(edge, dict) and edge.get("node") is not None]


def _end_cursor(data: Any, root: str) -> str | None:
    page = _list(data, root).get("pageInfo")
    if not isinstance(page, dict) or page.get("hasNextPage") is not True:
        return None
    return str(page["endCursor"]) if page.get("endCursor") else None


def _total(data: Any, root: str) -> int | None:
    total = _list(data, root).get("totalCount")
    return total if type(total) is int and total > 0 else None


def _digest(cursor: str) -> bytes:
    return sha256(cursor.encode("utf-8", "surrogatepass")).digest()
