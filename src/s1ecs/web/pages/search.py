"""The page of the search over everything: documents by their words, by kind."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.errors import UsageError
from s1ecs.outputs.store.row_filling import remaining
from s1ecs.outputs.store.search import Hit, SearchRange, is_searchable, search
from s1ecs.outputs.store.search_terms import match_expression
from s1ecs.web.access.page_user import PageUser
from s1ecs.web.access.roles import user_of
from s1ecs.web.context import WebContext
from s1ecs.web.pages.page_conditions import refuse_unknown
from s1ecs.web.questions.time_range import time_range
from s1ecs.web.rendering import Pages, state_of
from s1ecs.web.view_state import ViewState

SEARCH_PARAMETERS = ("q", "from", "to", "console", "stream", "newest")
_HITS_OF_A_KIND = 10
_ALL_OF_A_KIND = 100


@dataclass(frozen=True)
class HitsOfAKind:
    """Documents of one stream that were found; `more` where there are others."""

    stream: str
    hits: Sequence[Hit]
    more: bool


@dataclass(frozen=True)
class SearchAnswer:
    """Documents that were found, by kind, and the number of those that could not be searched yet."""

    kinds: Sequence[HitsOfAKind]
    unsearched: int


async def find(context: WebContext, state: ViewState, user: PageUser) -> SearchAnswer | None:
    """Search by the parameters of an address; None without words. Raise UsageError for what is not understood."""
    question = state.get("q").strip()
    if not question:
        return None
    expression = match_expression(question)
    chosen = state.all("stream")
    unknown = [name for name in chosen if name not in store_tables()]
    if unknown:
        raise UsageError(f"stream: {unknown[0]!r} is not one of {', '.join(store_tables())}")
    bounds = time_range(state.get("from"), state.get("to"), context.now())
    within = SearchRange(bounds.since, bounds.until, _consoles(state, user))
    limit = _ALL_OF_A_KIND if chosen else _HITS_OF_A_KIND

    def ask(connection: sqlite3.Connection) -> SearchAnswer:
        tables = [table for name, table in store_tables().items() if not chosen or name in chosen]
        kinds = []
        for table in tables:
            if is_searchable(connection, table):
                newest = state.get("newest") == "1"
                hits = search(connection, [table], expression, within, limit=limit + 1, newest=newest)
                if hits:
                    kinds.append(HitsOfAKind(table.stream, hits[:limit], len(hits) > limit))
        return SearchAnswer(kinds, remaining(connection, store_tables(), [table.stream for table in tables]))

    return await context.store.ask(ask)


def _consoles(state: ViewState, user: PageUser) -> Sequence[str] | None:
    """Return the consoles to search: those of the address as far as the person sees them; None: all."""
    chosen = state.all("console")
    if not chosen:
        return user.visible
    return [name for name in chosen if user.role_on(name) is not None]


def search_page(context: WebContext, pages: Pages) -> APIRouter:
    """Return the route of the page."""
    router = APIRouter(include_in_schema=False)

    @router.get("/search", response_class=HTMLResponse)
    async def search_everything(request: Request) -> HTMLResponse:
        refuse_unknown(request, SEARCH_PARAMETERS)
        state = state_of(request)
        found = await find(context, state, user_of(request))
        return pages.render(request, "search.html", found=found, words=state.get("q"))

    return router
