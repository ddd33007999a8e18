"""Pages with a list: rows, facets, the number of all, the place of the next page."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from s1ecs.web.context import WebContext
from s1ecs.web.pages.page_conditions import requested
from s1ecs.web.questions.conditions import Conditions
from s1ecs.web.questions.counting import ValueCount, total, values
from s1ecs.web.questions.list_rows import ListPage, Sorting, list_page, sortable
from s1ecs.web.questions.list_view import LIST_VIEWS, ListView
from s1ecs.web.rendering import Pages, state_of

_ROWS = 50
_FACET_VALUES = 8
# Facets that are counted at once; the others are counted when they are opened.
_COUNTED_FACETS = 6


@dataclass(frozen=True)
class Facet:
    """A column with its most frequent values under the filters of the list."""

    column: str
    heading: str
    values: Sequence[ValueCount]


@dataclass(frozen=True)
class _Answer:
    page: ListPage
    total: int
    facets: Sequence[Facet]


def list_pages(context: WebContext, pages: Pages) -> APIRouter:
    """Return the routes of all lists."""
    router = APIRouter()
    for view in LIST_VIEWS:
        router.add_api_route(
            view.path, _handler(context, pages, view), response_class=HTMLResponse, include_in_schema=False
        )
    return router


def _handler(context: WebContext, pages: Pages, view: ListView):  # noqa: ANN202
    async def show(request: Request) -> HTMLResponse:
        state = state_of(request)
        conditions = requested(request, view, context)
        sorting = Sorting.of(state.get("sort"), conditions)
        facet = state.get("facet")

        def ask(connection: sqlite3.Connection) -> _Answer:
            page = list_page(connection, conditions, sorting, state.get("after"), _ROWS)
            return _Answer(page, total(connection, conditions), _facets(connection, conditions, facet))

        answer = await context.store.ask(ask)
        return pages.render(
            request,
            "list.html",
            view=view,
            conditions=conditions,
            page=answer.page,
            total=answer.total,
            facets=answer.facets,
            more_facets=[name for name in view.facets[_COUNTED_FACETS:] if name != facet],
            sorting=sorting,
            sortable=sortable(conditions),
        )

    return show


def _facets(connection: sqlite3.Connection, conditions: Conditions, opened: str) -> list[Facet]:
    view = conditions.view
    names = [*view.facets[:_COUNTED_FACETS], *([opened] if opened in view.facets[_COUNTED_FACETS:] else [])]
    return [Facet(name, view.heading(name), values(connection, conditions, name, _FACET_VALUES)) for name in names]
