"""Pages of actions: an action with its progress and results, and what can still be done with it."""

from collections.abc import Sequence
from functools import partial

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

from s1ecs.errors import StateError
from s1ecs.respond.audit.journal import Entry
from s1ecs.respond.run.result import told_again
from s1ecs.web.access.roles import user_of
from s1ecs.web.actions.acting_routes import redirect
from s1ecs.web.actions.action_view import ActionView, action_view
from s1ecs.web.actions.desk import ResponseDesk
from s1ecs.web.actions.journal_reading import action_entry
from s1ecs.web.actions.permission import require_permission, require_responder
from s1ecs.web.actions.result_files import ShownResult, own_file, shown_result
from s1ecs.web.actions.running_actions import action_path
from s1ecs.web.context import WebContext
from s1ecs.web.questions.action_targets import reported_action
from s1ecs.web.rendering import Pages

_NO_SUCH = "There is no such action."


def action_pages(context: WebContext, pages: Pages, desk: ResponseDesk) -> APIRouter:
    """Return the routes below /actions/{id}; register them behind those of batches."""
    router = APIRouter(prefix="/actions", include_in_schema=False)
    handlers = _ActionHandlers(context, pages, desk)
    router.add_api_route("/{identity}", handlers.show, methods=["GET"])
    router.add_api_route("/{identity}/files/{name}", handlers.download, methods=["GET"])
    # Ids of documents may have slashes.
    router.add_api_route("/{document:path}", handlers.show_document, methods=["GET"])
    router.add_api_route("/{identity}/password", handlers.password, methods=["POST"])
    router.add_api_route("/{identity}/resume", handlers.resume, methods=["POST"])
    router.add_api_route("/{identity}/cancel", handlers.cancel, methods=["POST"])
    return router


class _ActionHandlers:
    """Handlers of the pages of actions."""

    def __init__(self, context: WebContext, pages: Pages, desk: ResponseDesk) -> None:
        self._context = context
        self._pages = pages
        self._desk = desk

    async def show(self, request: Request, identity: str) -> Response:
        view = await self._view(request, identity)
        if view is None:
            return await self.show_document(request, identity)
        return await self._page(request, view)

    async def show_document(self, request: Request, document: str) -> Response:
        """Lead from a document of the audit trail, as lists have it, to the action that it reports."""
        try:
            found = await self._context.store.ask(partial(reported_action, document=document))
        except StateError:
            found = None
        if found is None or found == document or await self._view(request, found) is None:
            raise HTTPException(404, _NO_SUCH)
        query = request.url.query
        return redirect(request, f"{action_path(found)}{f'?{query}' if query else ''}")

    async def download(self, request: Request, identity: str, name: str) -> Response:
        entry = await self._own_entry(request, identity)
        file = own_file(self._desk, entry)
        if file is None or file.path.name != name:
            raise HTTPException(404, "This action has no such file.")
        return FileResponse(
            file.path,
            media_type="application/zip" if name.endswith(".zip") else "application/octet-stream",
            filename=name,
            headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"},
        )

    async def password(self, request: Request, identity: str) -> Response:
        user = require_responder(request, self._desk)
        result = told_again(await self._own_entry(request, identity))
        if result.brought is None or not result.brought.password:
            raise HTTPException(409, "The ZIP password was shown already, and is stored nowhere.")
        # First forgotten, then shown: it is shown once, however many ask at one time.
        await self._desk.forget_password(user, result)
        view = await self._view(request, identity)
        if view is None:
            raise HTTPException(404, _NO_SUCH)
        answer = await self._page(request, view, password=result.brought.password)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    async def resume(self, request: Request, identity: str) -> Response:
        user = require_responder(request, self._desk)
        entry = await self._own_entry(request, identity)
        if entry.status == "scheduled":
            raise HTTPException(409, "This action is scheduled; nothing was sent that could be followed.")
        self._desk.resume(user, entry)
        return redirect(request, action_path(identity))

    async def cancel(self, request: Request, identity: str) -> Response:
        user = require_responder(request, self._desk)
        entry = await self._own_entry(request, identity)
        if entry.status != "scheduled":
            raise HTTPException(409, "This action is not scheduled: it was sent, or it has ended.")
        if hindered := await self._desk.cancel(user, [entry]):
            raise HTTPException(409, "; ".join(hindered))
        return redirect(request, action_path(identity))

    async def _view(self, request: Request, identity: str) -> ActionView | None:
        return await action_view(self._context.store, self._desk, user_of(request), identity)

    async def _own_entry(self, request: Request, identity: str) -> Entry:
        """Return an action that the person may act on; 403 without the role, 404 where there is none."""
        user = require_responder(request, self._desk)
        entry = await action_entry(self._context.store, identity)
        if entry is None or user.role_on(entry.console) is None:
            raise HTTPException(404, _NO_SUCH)
        require_permission(user, entry.console, self._desk)
        return entry

    async def _page(self, request: Request, view: ActionView, password: str = "") -> Response:
        part = request.query_params.get("part") == "pane"
        result = ShownResult()
        if view.entry is not None and "file" in view.entry.details:
            result = await shown_result(self._desk, view.entry)
        return self._pages.render(
            request,
            "action_part.html" if part else "action.html",
            view=view,
            result=result,
            password=password,
            may_act=self._desk.may_act(user_of(request), view.console),
            process_columns=_PROCESS_COLUMNS,
            most_rows=2_000,
        )


_PROCESS_COLUMNS: Sequence[str] = ("pid", "name", "user", "cpu", "memory", "started", "command")
