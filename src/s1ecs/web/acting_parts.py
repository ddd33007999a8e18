"""Acting and live parts of one server, made together, and ended in the right order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI

from s1ecs.respond.audit.journal import Journal
from s1ecs.respond.session import Surroundings
from s1ecs.web.actions.acting_routes import acting_routes
from s1ecs.web.actions.action_pages import action_pages
from s1ecs.web.actions.batch_pages import batch_pages
from s1ecs.web.actions.desk import ResponseDesk
from s1ecs.web.context import WebContext
from s1ecs.web.live.live_parts import LiveParts
from s1ecs.web.live.live_routes import live_routes
from s1ecs.web.rendering import Pages


@dataclass(frozen=True)
class ActingParts:
    """Routers for `make_app`, the desk of response actions and the live parts.

    `stop` is for the moment at which the server is told to stop, before it waits for its connections; `close` for
    when it has.
    """

    routers: Sequence[APIRouter]
    desk: ResponseDesk
    live: LiveParts

    def install(self, app: FastAPI) -> None:
        """Offer the desk to the templates of all pages."""
        app.state.acting = self.desk

    def stop(self) -> None:
        """End the streams of all open pages at once."""
        self.live.stop()

    async def close(self) -> None:
        """End the actions, which the journal keeps for resuming, and watching the store."""
        self.stop()
        await self.desk.close()
        await self.live.close()


def acting_parts(
    context: WebContext, *, journal: Journal | None = None, around: Callable[[], Surroundings] = Surroundings
) -> ActingParts:
    """Make the parts; `journal` is that of a process that collects as well, which delivers its documents."""
    pages = Pages(context.now)
    desk = ResponseDesk(context.settings, around=around, journal=journal)
    live = LiveParts(context.settings.state_dir)
    routers = (
        acting_routes(context, pages, desk),
        # Before those of actions, whose ids would take "batch" for one of theirs.
        batch_pages(context, pages, desk),
        action_pages(context, pages, desk),
        live_routes(context, live, desk),
    )
    return ActingParts(routers, desk, live)
