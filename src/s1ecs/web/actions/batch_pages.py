"""Pages of batches: one action on many targets, each with its status."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from s1ecs.errors import StateError
from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.audit.journal import OPEN, Entry
from s1ecs.respond.run.intent import cancellable
from s1ecs.web.access.page_user import PageUser
from s1ecs.web.access.roles import user_of
from s1ecs.web.actions.acting_routes import redirect
from s1ecs.web.actions.confirmation import Confirmation, confirmation_of_rest, named
from s1ecs.web.actions.desk import ResponseDesk
from s1ecs.web.actions.journal_reading import batch_entries, entries_with
from s1ecs.web.actions.permission import require_permission, require_responder
from s1ecs.web.actions.running import RunningAction
from s1ecs.web.actions.running_actions import batch_path
from s1ecs.web.context import WebContext
from s1ecs.web.questions.reader import StoreReader
from s1ecs.web.rendering import Pages


@dataclass(frozen=True)
class BatchView:
    """A batch: its actions from the journal, and the task of this process that carries it out."""

    id: str
    console: str
    action: str
    entries: Sequence[Entry]
    running: RunningAction | None
    unsent: Sequence[Entry]
    confirmation: Confirmation

    @property
    def is_under_way(self) -> bool:
        """True while this process carries it out."""
        return self.running is not None and not self.running.ended

    @property
    def counts(self) -> Sequence[tuple[str, int]]:
        """The number of actions by status."""
        return Counter("not sent" if each.status == "scheduled" else each.status for each in self.entries).most_common()

    @property
    def is_resumable(self) -> bool:
        """True if some of it was not sent, or has no known end, and nobody here is at it."""
        return not self.is_under_way and any(each.status in OPEN or each in self.unsent for each in self.entries)

    @property
    def lines(self) -> Sequence[tuple[Entry, str, str]]:
        """Each action with its target and the last reason that is known."""
        results = {each.id: each.reason for each in self.running.results} if self.running else {}
        return [
            (each, ", ".join(map(named, each.targets)), each.reason or results.get(each.id, ""))
            for each in self.entries
        ]


async def batch_view(store: StoreReader, desk: ResponseDesk, user: PageUser, identity: str) -> BatchView | None:
    """Return a batch that the person may see; None where there is none of this id."""
    running = desk.running(identity)
    try:
        entries = await batch_entries(store, identity)
    except StateError:
        if running is None:
            raise
        entries = []
    if not entries and (running is None or not running.is_batch):
        return None
    console = entries[0].console if entries else running.console if running else ""
    action = entries[0].action if entries else running.action if running else ""
    if user.role_on(console) is None:
        return None
    unsent = [each for each in entries if each.status == "scheduled"]
    row = ACTIONS.get(action)
    confirmation = confirmation_of_rest(row, unsent) if row is not None and unsent else Confirmation("Follow the batch")
    return BatchView(identity, console, action, entries, running, unsent, confirmation)


def batch_pages(context: WebContext, pages: Pages, desk: ResponseDesk) -> APIRouter:
    """Return the routes below /actions/batch/{id}."""
    router = APIRouter(prefix="/actions/batch", include_in_schema=False)
    handlers = _BatchHandlers(context, pages, desk)
    router.add_api_route("/{identity}", handlers.show, methods=["GET"])
    router.add_api_route("/{identity}/resume", handlers.resume, methods=["POST"])
    router.add_api_route("/{identity}/cancel", handlers.cancel, methods=["POST"])
    return router


class _BatchHandlers:
    """Handlers of the pages of batches."""

    def __init__(self, context: WebContext, pages: Pages, desk: ResponseDesk) -> None:
        self._context = context
        self._pages = pages
        self._desk = desk

    async def show(self, request: Request, identity: str) -> Response:
        return self._page(request, await self._view(user_of(request), identity))

    async def resume(self, request: Request, identity: str) -> Response:
        user = require_responder(request, self._desk)
        view = await self._view(user, identity)
        require_permission(user, view.console, self._desk)
        form = await request.form()
        typed = str(form.get("confirmation") or "")
        if not view.is_resumable:
            raise HTTPException(409, "Nothing is left to send or to follow in this batch.")
        if view.unsent and not view.confirmation.is_given(typed):
            told = f"{typed[:80]!r} is not {view.confirmation.word!r}, the number of targets. Nothing was sent."
            return self._page(request, view, problem=told)
        self._desk.resume_batch(user, identity, view.entries)
        return redirect(request, batch_path(identity))

    async def cancel(self, request: Request, identity: str) -> Response:
        user = require_responder(request, self._desk)
        view = await self._view(user, identity)
        require_permission(user, view.console, self._desk)
        scheduled = cancellable(await entries_with(self._context.store, user, "scheduled"), identity)
        if view.is_under_way or not scheduled:
            raise HTTPException(409, "Nothing of this batch can be cancelled: it is being sent, or was sent.")
        if hindered := await self._desk.cancel(user, scheduled):
            raise HTTPException(409, "; ".join(hindered))
        return redirect(request, batch_path(identity))

    async def _view(self, user: PageUser, identity: str) -> BatchView:
        view = await batch_view(self._context.store, self._desk, user, identity)
        if view is None:
            raise HTTPException(404, "There is no such batch.")
        return view

    def _page(self, request: Request, view: BatchView, problem: str = "") -> Response:
        part = request.query_params.get("part") == "pane"
        return self._pages.render(
            request,
            "batch_part.html" if part else "batch.html",
            status=400 if problem else 200,
            view=view,
            problem=problem,
            may_act=self._desk.may_act(user_of(request), view.console),
        )
