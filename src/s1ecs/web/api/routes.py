"""Lists and counts as JSON, with the filters of the pages; keys instead of page numbers."""

import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from s1ecs.errors import UsageError
from s1ecs.web.access.roles import user_of
from s1ecs.web.api.documented import OF_COUNTS, OF_LISTS, OF_SEARCH, RESPONSES
from s1ecs.web.context import WebContext
from s1ecs.web.pages.collection import collection_view, health_json
from s1ecs.web.pages.overview import overview_json, overview_of
from s1ecs.web.pages.page_conditions import refuse_unknown, requested, requested_everywhere
from s1ecs.web.pages.search import SEARCH_PARAMETERS, find
from s1ecs.web.questions.conditions import Conditions, weighed
from s1ecs.web.questions.counting import over_time, total, values
from s1ecs.web.questions.groupings import Grouping, grouping
from s1ecs.web.questions.list_rows import ListPage, Sorting, list_page
from s1ecs.web.questions.list_view import LIST_VIEWS, ListView
from s1ecs.web.rendering import state_of
from s1ecs.web.view_state import EVERYWHERE

_ROWS, _MOST_ROWS = 100, 1_000
_VALUES, _MOST_VALUES = 100, 10_000

Answer = Callable[..., Awaitable[dict[str, Any]]]


def api_routes(context: WebContext) -> APIRouter:
    """Return the routes below /api/v1."""
    router = APIRouter(prefix="/api/v1", responses=RESPONSES)

    @router.get("/overview", summary="Counts of every stream, and open threats")
    async def overview(request: Request) -> dict[str, Any]:
        return overview_json(await overview_of(context, requested_everywhere(request, context)))

    @router.get("/collection", summary="Health of collection, streams, outbox and dead letters")
    async def collection(request: Request) -> Mapping[str, Any]:
        refuse_unknown(request, EVERYWHERE)
        return health_json(await collection_view(context, user_of(request), request.query_params.getlist("console")))

    @router.get("/search", summary="Documents of every stream by their words", openapi_extra=OF_SEARCH)
    async def search(request: Request) -> dict[str, Any]:
        refuse_unknown(request, SEARCH_PARAMETERS)
        found = await find(context, state_of(request), user_of(request))
        if found is None:
            raise UsageError("q: words to search for are missing")
        hits = [hit._asdict() for kind in found.kinds for hit in kind.hits]
        return {"data": hits, "unsearched": found.unsearched}

    for view in LIST_VIEWS:
        name = view.title.lower()
        router.add_api_route(
            f"/{view.stream}",
            _rows(context, view),
            summary=f"List of {name}",
            openapi_extra=OF_LISTS,
            operation_id=f"list_{view.stream}",
        )
        router.add_api_route(
            f"/{view.stream}/values/{{column}}",
            _values(context, view),
            summary=f"Counts of {name} by a column",
            openapi_extra=OF_COUNTS,
            operation_id=f"count_{view.stream}",
        )
        if not view.latest:
            router.add_api_route(
                f"/{view.stream}/over-time",
                _over_time(context, view),
                summary=f"Counts of {name} by the hour",
                openapi_extra=OF_COUNTS,
                operation_id=f"count_{view.stream}_over_time",
            )
    return router


def _rows(context: WebContext, view: ListView) -> Answer:
    async def rows(request: Request, limit: Annotated[int, Query(ge=1, le=_MOST_ROWS)] = _ROWS) -> dict[str, Any]:
        state = state_of(request)
        conditions = requested(request, view, context)
        sorting = Sorting.of(state.get("sort"), conditions)

        by = state.get("by")

        def ask(connection: sqlite3.Connection) -> tuple[ListPage, int, Grouping | None]:
            all_of_it = weighed(connection, conditions)
            page = list_page(connection, all_of_it, sorting, state.get("after"), limit)
            return page, total(connection, all_of_it), grouping(connection, all_of_it, by) if by else None

        page, count, summed_up = await context.store.ask(ask)
        data = [{"id": row.id, "console": row.console, "time": row.time, **row.values} for row in page.rows]
        groups = {"groups": [asdict(each) for each in summed_up.groups]} if summed_up else {}
        return {"data": data, "next": page.next or None, "total": count, **groups, **_ignored(conditions)}

    return rows


def _values(context: WebContext, view: ListView) -> Answer:
    async def by_value(
        request: Request, column: str, limit: Annotated[int, Query(ge=1, le=_MOST_VALUES)] = _VALUES
    ) -> dict[str, Any]:
        conditions = requested(request, view, context)
        known = _column(conditions, column)
        found = await context.store.ask(lambda connection: values(connection, conditions, known, limit))
        return {"data": [{"value": each.value, "count": each.count} for each in found], **_ignored(conditions)}

    return by_value


def _over_time(context: WebContext, view: ListView) -> Answer:
    async def by_hour(request: Request, column: str = "") -> dict[str, Any]:
        conditions = requested(request, view, context, but=frozenset({"column"}))
        known = _column(conditions, column) if column else ""
        found = await context.store.ask(lambda connection: over_time(connection, conditions, known))
        data = [{"hour": f"{each.hour}:00:00Z", "value": each.value, "count": each.count} for each in found]
        return {"data": data, **_ignored(conditions)}

    return by_hour


def _column(conditions: Conditions, name: str) -> str:
    names = [column for column, _ in conditions.table.columns]
    if name not in names:
        raise UsageError(f"column: {name!r} is not one of {', '.join(names)}")
    return name


def _ignored(conditions: Conditions) -> dict[str, Any]:
    return {"ignored": conditions.ignored} if conditions.ignored else {}
