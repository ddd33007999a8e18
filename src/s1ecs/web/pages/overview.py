"""The overview."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from s1ecs.monitor.health import overall
from s1ecs.timestamps import time_text
from s1ecs.web.access.roles import user_of
from s1ecs.web.context import WebContext
from s1ecs.web.drawing.stacking import rank_of
from s1ecs.web.drawing.time_chart import time_chart
from s1ecs.web.health_lines import visible_health
from s1ecs.web.pages.page_conditions import requested_everywhere
from s1ecs.web.questions.conditions import Conditions
from s1ecs.web.questions.list_view import SHARED_FILTERS
from s1ecs.web.questions.overview import CHARTS, Overview, ask_overview, overview_key
from s1ecs.web.rendering import Pages, state_of
from s1ecs.web.view_state import NOT, ViewState

# An agent that did not report for so long is shown.
UNSEEN = timedelta(days=7)


def overview_page(context: WebContext, pages: Pages) -> APIRouter:
    """Return the route of the overview."""
    router = APIRouter(include_in_schema=False)

    @router.get("/", response_class=HTMLResponse)
    async def overview(request: Request) -> HTMLResponse:
        now, user = context.now(), user_of(request)
        lists = requested_everywhere(request, context)
        answer, health = await asyncio.gather(
            overview_of(context, lists),
            asyncio.to_thread(lambda: overall(visible_health(context, user.role_on))),
        )
        ignored = sorted({name for each in lists.values() for name in each.ignored})
        charts = {
            stream: time_chart(answer.over_time[stream], lists[stream].within, now, rank_of(stream, column))
            for stream, column in CHARTS.items()
        }
        return pages.render(
            request,
            "overview.html",
            overview=answer,
            charts=charts,
            health=health,
            ignored=ignored,
            to={stream: _list_of(state_of(request), each) for stream, each in lists.items()},
        )

    return router


async def overview_of(context: WebContext, lists: Mapping[str, Conditions]) -> Overview:
    """Ask for the overview; agents count as not seen by the hour, so that an answer holds for a while."""
    week_ago = time_text((context.now() - UNSEEN).replace(minute=0, second=0, microsecond=0))
    return await context.store.ask(
        lambda connection: ask_overview(connection, lists, week_ago), overview_key(lists, week_ago)
    )


def _list_of(state: ViewState, conditions: Conditions) -> ViewState:
    """Return the list of a stream with the filters of the overview that apply to it."""
    dropped = {*conditions.ignored} - {*SHARED_FILTERS}
    there = state.to(conditions.view.path)
    return ViewState(there.path, [each for each in there.parameters if each[0].removeprefix(NOT) not in dropped])


def overview_json(overview: Overview) -> dict[str, Any]:
    """Return the overview as the JSON API has it."""
    return {
        "totals": dict(overview.totals),
        "open_threats": [
            {"status": each.first, "verdict": each.second, "count": each.count} for each in overview.open_threats
        ],
        "top": [
            {
                "stream": panel.stream,
                "column": panel.column,
                "values": [{"value": each.value, "count": each.count} for each in panel.values],
            }
            for panel in overview.tops
        ],
        "techniques": [
            {"tactic": tactic, "techniques": [{"id": name, "count": count} for name, count in techniques]}
            for tactic, techniques in overview.techniques
        ],
        "agents": {"infected": overview.infected, "out_of_date": overview.outdated, "not_seen": overview.unseen},
        "cves": overview.cves,
        "severe_cves": overview.severe_cves,
    }
