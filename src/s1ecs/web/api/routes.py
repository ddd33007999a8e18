"""Lists, items and counts as JSON, with the filters of the pages."""

import sqlite3
from typing import Any

from fastapi import APIRouter, Request

from s1ecs.web.context import WebContext
from s1ecs.web.pages.page_conditions import requested
from s1ecs.web.questions.counting import total
from s1ecs.web.questions.list_rows import ListPage, Sorting, list_page
from s1ecs.web.questions.list_view import LIST_VIEWS, ListView
from s1ecs.web.rendering import state_of


def api_routes(context: WebContext) -> APIRouter:
    """Return the routes below /api/v1."""
    router = APIRouter(prefix="/api/v1")
    for view in LIST_VIEWS:
        router.add_api_route(f"/{view.stream}", _list(context, view))
    return router


def _list(context: WebContext, view: ListView):  # noqa: ANN202
    async def rows(request: Request) -> dict[str, Any]:
        state = state_of(request)
        conditions = requested(request, view, context)
        sorting = Sorting.of(state.get("sort"), conditions)

        def ask(connection: sqlite3.Connection) -> tuple[ListPage, int]:
            return list_page(connection, conditions, sorting, state.get("after"), 100), total(connection, conditions)

        page, count = await context.store.ask(ask)
        data = [{"id": row.id, "console": row.console, "time": row.time, **row.values} for row in page.rows]
        return {"data": data, "next": page.next or None, "total": count}

    return rows
