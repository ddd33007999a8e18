"""The page about collection: stream by stream what was collected, how late, and what is wrong; outputs; tokens."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from s1ecs.bootstrap.state import dead_letters_of, open_readonly
from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.monitor.health import HealthLine, overall
from s1ecs.monitor.stream_status import StreamStatus, endpoint, stream_statuses
from s1ecs.outputs.store.row_filling import remaining
from s1ecs.state.dead_letters import DeadLetters
from s1ecs.state.outbox import Spooled
from s1ecs.web.access.page_user import PageUser
from s1ecs.web.access.roles import user_of
from s1ecs.web.context import WebContext
from s1ecs.web.health_lines import visible_health
from s1ecs.web.pages.page_conditions import refuse_unknown
from s1ecs.web.questions.collection import CollectionState, ask_collection
from s1ecs.web.rendering import Pages
from s1ecs.web.view_state import EVERYWHERE

_MOST_REASONS = 20


@dataclass(frozen=True)
class DeadLetterCount:
    """Dead letters of a stream that an output refused for the same reason, and the newest of them."""

    output: str
    console: str
    stream: str
    reason: str
    count: int
    newest: str


@dataclass(frozen=True)
class CollectionView:
    """Everything that the page about collection shows, as far as its user may see it."""

    health: Sequence[HealthLine]
    overall: HealthLine
    streams: Sequence[StreamStatus]
    spools: Sequence[Spooled]
    letters: Sequence[DeadLetterCount]
    state: CollectionState
    unfilled: int


async def collection_view(context: WebContext, user: PageUser, consoles: Sequence[str] = ()) -> CollectionView:
    """Read the state of collection, of some consoles if any are named; raise StateError where there is none yet."""
    now = context.now()

    def is_shown(console: str) -> bool:
        return user.role_on(console) is not None and (not consoles or console in consoles)

    def ask(connection: sqlite3.Connection) -> tuple[CollectionState, int]:
        return ask_collection(connection, now), remaining(connection, store_tables())

    (state, unfilled), rest = await asyncio.gather(
        context.store.ask(ask), asyncio.to_thread(_beside_the_store, context, is_shown)
    )
    health, streams, spools, letters = rest
    return CollectionView(health, overall(health), streams, spools, letters, state, unfilled)


def collection_page(context: WebContext, pages: Pages) -> APIRouter:
    """Return the route of the page."""
    router = APIRouter(include_in_schema=False)

    @router.get("/collection", response_class=HTMLResponse)
    async def collection(request: Request) -> HTMLResponse:
        refuse_unknown(request, EVERYWHERE)
        view = await collection_view(context, user_of(request), request.query_params.getlist("console"))
        return pages.render(request, "collection.html", view=view, endpoint=endpoint, outputs=context.settings.outputs)

    return router


_BesideTheStore = tuple[Sequence[HealthLine], list[StreamStatus], Sequence[Spooled], list[DeadLetterCount]]


def _beside_the_store(context: WebContext, is_shown: Callable[[str], bool]) -> _BesideTheStore:
    settings = context.settings
    state = open_readonly(settings)
    statuses = stream_statuses(settings, state.polls(), context.now())
    return (
        visible_health(context, is_shown),
        [each for each in statuses if is_shown(each.key.console)],
        state.backlogs(),
        _letters(dead_letters_of(settings), is_shown),
    )


def _letters(dead_letters: DeadLetters, is_shown: Callable[[str], bool]) -> list[DeadLetterCount]:
    counts = Counter[tuple[str, str, str, str]]()
    newest: dict[tuple[str, str, str, str], str] = {}
    for stream in dead_letters.streams():
        for letter in dead_letters.read(stream):
            if is_shown(letter.console):
                key = (letter.output, letter.console, letter.stream, letter.reason)
                counts[key] += 1
                newest[key] = max(letter.time, newest.get(key, ""))
    return [DeadLetterCount(*key, count, newest[key]) for key, count in counts.most_common(_MOST_REASONS)]


def health_json(view: CollectionView) -> Mapping[str, object]:
    """Return the view as the JSON API has it."""
    return {
        "health": str(view.overall.health),
        "text": view.overall.text,
        "lines": [
            {
                "health": str(line.health),
                "about": line.about,
                "console": line.console,
                "stream": line.stream,
                "text": line.text,
                "token_days": line.token_days,
            }
            for line in view.health
        ],
        "streams": [
            {
                "console": each.key.console,
                "stream": each.key.stream,
                "state": each.state,
                "reason": each.poll.reason if each.poll else "",
                "polled": each.poll.polled if each.poll else None,
                "newest": each.poll.newest if each.poll else None,
                "lag_seconds": each.lag.total_seconds() if each.lag else None,
                "documents": each.poll.documents if each.poll else 0,
                "last_24_hours": list(view.state.hourly.get(each.key, ())),
            }
            for each in view.streams
        ],
        "outbox": [
            {"output": each.output, "documents": each.waiting.documents, "bytes": each.waiting.bytes}
            for each in view.spools
        ],
        "dead_letters": [
            {
                "output": each.output,
                "console": each.console,
                "stream": each.stream,
                "reason": each.reason,
                "count": each.count,
            }
            for each in view.letters
        ],
    }
