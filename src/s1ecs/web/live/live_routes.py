"""Streams of server-sent events: new documents of a list, and the progress of an action."""

import re
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException

from s1ecs.errors import StateError, UsageError
from s1ecs.web.access.page_user import PageUser
from s1ecs.web.access.roles import user_of
from s1ecs.web.actions.action_view import action_state, action_view
from s1ecs.web.actions.batch_pages import batch_view
from s1ecs.web.actions.desk import ResponseDesk
from s1ecs.web.context import WebContext
from s1ecs.web.live.live_parts import LiveParts
from s1ecs.web.live.mailbox import Mailbox
from s1ecs.web.live.open_streams import HEARTBEAT_COMMENT, event
from s1ecs.web.live.watcher import NewDocuments, PageListener
from s1ecs.web.questions.list_view import BY_STREAM
from s1ecs.web.questions.reader import StoreReader
from s1ecs.web.shown_values import harmless

_EVENT_ID = re.compile(r"([0-9]{1,18})-([0-9]{1,18})")
_ROW = re.compile(r"[0-9]{1,18}")
# How often the journal is read for an action that another process carries out.
_JOURNAL_EVERY = 2.0


def live_routes(context: WebContext, parts: LiveParts, desk: ResponseDesk | None = None) -> APIRouter:
    """Return the routes below /live; without a desk there are no actions to follow."""
    router = APIRouter(prefix="/live", include_in_schema=False)
    router.add_api_route("/new", _NewDocumentsHandler(parts).respond, methods=["GET"])
    if desk is not None:
        router.add_api_route("/actions/{identity}", _ProgressHandler(context, parts, desk).respond, methods=["GET"])
    return router


class _NewDocumentsHandler:
    """Handler of GET /live/new: the number of documents of a stream that came since a list was made."""

    def __init__(self, parts: LiveParts) -> None:
        self._streams = parts.streams
        self._watcher = parts.watcher

    async def respond(self, request: Request, stream: str = "", after: str = "") -> Response:
        if stream not in BY_STREAM:
            raise UsageError(f"stream: {stream[:40]!r} is not one of {', '.join(BY_STREAM)}")
        if after and not _ROW.fullmatch(after):
            raise UsageError(f"after: {after[:40]!r} is not a row number of the store")
        user, lasts = user_of(request), _session_lasts(request)
        place, counted = (int(after) if after else None), 0
        if resumed := _EVENT_ID.fullmatch(request.headers.get("last-event-id", "")):
            place, counted = int(resumed[1]), int(resumed[2])
        if refusal := self._streams.refusal(user.name):
            return PlainTextResponse(refusal, 429)

        def events(mailbox: Mailbox[NewDocuments]) -> AsyncIterator[bytes]:
            return self._events(PageListener(stream, user.visible, mailbox), place, counted, lasts)

        return self._streams.respond(user.name, events)

    async def _events(
        self, listener: PageListener, place: int | None, counted: int, lasts: Callable[[], bool]
    ) -> AsyncIterator[bytes]:
        since = self._streams.seconds()
        try:
            await self._watcher.begin(listener, place, counted)
        except StateError as error:
            yield event("unavailable", {"reason": str(error)})
            return
        try:
            while lasts() and not self._streams.is_over(listener.mailbox, since):
                found = await listener.mailbox.take(self._streams.heartbeat)
                if found is not None:
                    yield event("new", {"count": found.count}, found.event_id)
                elif not listener.mailbox.closed:
                    yield HEARTBEAT_COMMENT
        finally:
            self._watcher.end(listener)


class _ProgressHandler:
    """Handler of GET /live/actions/{id}: the status of an action or batch, until it has ended."""

    def __init__(self, context: WebContext, parts: LiveParts, desk: ResponseDesk) -> None:
        self._store = context.store
        self._streams = parts.streams
        self._desk = desk

    async def respond(self, request: Request, identity: str) -> Response:
        user, lasts = user_of(request), _session_lasts(request)
        if await _status(self._store, self._desk, user, identity) is None:
            raise HTTPException(404, "There is no such action.")
        if refusal := self._streams.refusal(user.name):
            return PlainTextResponse(refusal, 429)
        return self._streams.respond(user.name, partial(self._watched, user, identity, lasts))

    async def _watched(
        self, user: PageUser, identity: str, lasts: Callable[[], bool], mailbox: Mailbox[bool]
    ) -> AsyncIterator[bytes]:
        """Send the status at each change of an action of this process, which is faster than reading the journal."""
        watched = self._desk.running(identity)

        def changed() -> None:
            mailbox.put(True)

        if watched is not None:
            watched.watchers.add(changed)
        try:
            async for each in self._events(user, identity, lasts, mailbox):
                yield each
        finally:
            if watched is not None:
                watched.watchers.discard(changed)

    async def _events(
        self, user: PageUser, identity: str, lasts: Callable[[], bool], mailbox: Mailbox[bool]
    ) -> AsyncIterator[bytes]:
        since, told, quiet = self._streams.seconds(), None, 0.0
        while lasts() and not self._streams.is_over(mailbox, since):
            try:
                status = await _status(self._store, self._desk, user, identity)
            except StateError as error:
                yield event("unavailable", {"reason": str(error)})
                return
            if status is None:
                return
            if status != told:
                told, quiet = status, 0.0
                yield event("end" if status["ended"] else "status", status)
                if status["ended"]:
                    return
            elif quiet >= self._streams.heartbeat:
                quiet = 0.0
                yield HEARTBEAT_COMMENT
            await mailbox.take(_JOURNAL_EVERY)
            quiet += _JOURNAL_EVERY


def _session_lasts(request: Request) -> Callable[[], bool]:
    """Return what tells whether the session of a request has not ended; without access there is none to end."""
    lasts: Callable[[], bool] = getattr(request.state, "lasts", lambda: True)
    return lasts


async def _status(store: StoreReader, desk: ResponseDesk, user: PageUser, identity: str) -> dict[str, Any] | None:
    """Return the status of an action or batch as an event tells it; None where there is none for this person."""
    running = desk.running(identity)
    batch = await batch_view(store, desk, user, identity) if running is not None and running.is_batch else None
    if batch is not None:
        counts = ", ".join(f"{count} {status}" for status, count in batch.counts)
        note = batch.running.note if batch.running and batch.is_under_way else ""
        is_open = batch.is_under_way or any(each.status == "pending" for each in batch.entries)
        return {"status": counts or "starting", "reason": "", "note": harmless(note), "ended": not is_open}
    view = await action_view(store, desk, user, identity)
    if view is None:
        return None
    state = action_state(view.entry, view.running, view.documents)
    reason, note = harmless(state.reason), harmless(state.note)
    return {"status": state.status, "reason": reason, "note": note, "ended": state.ended}
