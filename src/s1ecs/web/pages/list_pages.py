"""Pages with a list: a chart, rows or groups, facets, the number of all, the place of the next page."""

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from s1ecs.web.access.roles import user_of
from s1ecs.web.actions.running_actions import ActionUnderWay, running_actions
from s1ecs.web.context import WebContext
from s1ecs.web.drawing.stacking import rank_of
from s1ecs.web.drawing.time_chart import TimeChart, time_chart
from s1ecs.web.pages.groups import agents_of_groups, agents_state
from s1ecs.web.pages.page_conditions import requested
from s1ecs.web.questions.conditions import Conditions, weighed
from s1ecs.web.questions.counting import ValueCount, of_column_over_time, over_time, total, values
from s1ecs.web.questions.groupings import SUMMED_UP, Grouping, grouping
from s1ecs.web.questions.list_rows import ListPage, ListRow, Sorting, list_page, sortable
from s1ecs.web.questions.list_view import LIST_VIEWS, ListView
from s1ecs.web.questions.narrowing import narrowed
from s1ecs.web.questions.newcomers import newest_row
from s1ecs.web.questions.time_range import EVER
from s1ecs.web.rendering import Pages, state_of

_ROWS = 50
_FACET_VALUES = 8


@dataclass(frozen=True)
class Facet:
    """A column with its most frequent values under the filters of the list."""

    column: str
    heading: str
    values: Sequence[ValueCount]


@dataclass(frozen=True)
class ListAnswer:
    """Everything that the page of a list shows; `newest` is the number of the newest document of the store.

    `outside` is the newest row that a longer range of time would show, None where there are rows, or none at all.
    """

    page: ListPage
    total: int
    facets: Sequence[Facet]
    charts: Sequence[tuple[str, str, TimeChart | None]]
    grouping: Grouping | None
    newest: int
    outside: ListRow | None


def list_pages(context: WebContext, pages: Pages) -> APIRouter:
    """Return the routes of all lists."""
    router = APIRouter(include_in_schema=False)
    for view in LIST_VIEWS:
        router.add_api_route(view.path, _handler(context, pages, view), response_class=HTMLResponse)
    return router


def _handler(context: WebContext, pages: Pages, view: ListView) -> Callable[[Request], Awaitable[HTMLResponse]]:
    async def show(request: Request) -> HTMLResponse:
        state = state_of(request)
        asked = requested(request, view, context)
        sorting = Sorting.of(state.get("sort"), asked)
        by, facet, now = state.get("by"), state.get("facet"), context.now()

        def ask(connection: sqlite3.Connection) -> ListAnswer:
            conditions = weighed(connection, asked)
            facets = _facet_columns(view, facet)
            charted = (column for chart in view.charts for column in chart)
            rows = narrowed(connection, conditions, (*facets, *charted, *SUMMED_UP, by))
            count = total(connection, rows)
            return ListAnswer(
                list_page(connection, conditions, sorting, state.get("after"), _ROWS),
                count,
                [Facet(name, view.heading(name), values(connection, rows, name, _FACET_VALUES)) for name in facets],
                [(time, column, _chart(connection, rows, time, column, now)) for time, column in view.charts],
                grouping(connection, rows, by) if by else None,
                newest_row(connection),
                None if count else _outside(connection, conditions),
            )

        answer = await context.store.ask(ask)
        desk = getattr(request.app.state, "acting", None)
        under_way: Sequence[ActionUnderWay] = []
        if desk is not None and view.stream == "response_action":
            under_way = await running_actions(context, user_of(request), desk)
        agents = await agents_of_groups(request, context) if view.stream == "group" else []
        return pages.render(
            request,
            "list.html",
            view=view,
            conditions=asked,
            answer=answer,
            agents_by_group=agents,
            agents_state=agents_state(request),
            under_way=under_way,
            more_facets=[name for name in view.facets[view.counted_facets :] if name != facet],
            sorting=sorting,
            sortable=sortable(asked),
        )

    return show


def _outside(connection: sqlite3.Connection, conditions: Conditions) -> ListRow | None:
    if conditions.view.latest or conditions.within == EVER:
        return None
    rows = list_page(connection, replace(conditions, within=EVER), Sorting("time", descending=True), "", 1).rows
    return next(iter(rows), None)


def _facet_columns(view: ListView, opened: str) -> Sequence[str]:
    return [*view.facets[: view.counted_facets], *([opened] if opened in view.facets[view.counted_facets :] else [])]


def _chart(
    connection: sqlite3.Connection, conditions: Conditions, time: str, column: str, now: datetime
) -> TimeChart | None:
    if time == "time":
        counts = over_time(connection, conditions, column)
        return time_chart(counts, conditions.within, now, rank_of(conditions.view.stream, column))
    return time_chart(of_column_over_time(connection, conditions, time), EVER, now, rank_of("", ""))
