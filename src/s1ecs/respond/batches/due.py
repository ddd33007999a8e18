"""Scheduled actions that are due, for `s1ecs run`: sent, followed, and gone on with after a restart."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from s1ecs.errors import ActionTaken, ConsoleError, S1ecsError, SettingsError
from s1ecs.log_once import LogOnce
from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.audit.journal import OPEN, Entry, Journal
from s1ecs.respond.batches.rests import Rests
from s1ecs.respond.batches.send_scheduled import send_scheduled
from s1ecs.respond.plan.late_state import moved_on
from s1ecs.respond.run.ending import call_off
from s1ecs.respond.run.engine import follow_sent, resume
from s1ecs.respond.run.follow import Following
from s1ecs.respond.run.intent import ENDED_BY, ENDS, INSTEAD_OF, due_of
from s1ecs.respond.run.result import Result
from s1ecs.respond.session import ActionConsole, Surroundings
from s1ecs.settings import Settings
from s1ecs.tasks import side_by_side, task_group

# How often the journal is read, how many actions of a console are sent at one time, and how long each is followed
# before those that became due meanwhile are sent.
_EVERY = timedelta(seconds=5)
_SENT_AT_ONCE = 16
_FOLLOWED = timedelta(seconds=30)
_NO_END = frozenset({"scheduled", "failed", "refused", "superseded"})


class DueActions:
    """Carries out scheduled actions at their time; `journal` is that of this process, `log` tells of each.

    Those of one console share one client, so that its rate limits hold for all of them together. `refresh` gives the
    settings and the journal of each moment, where consoles come and go while the process lives.
    """

    def __init__(
        self,
        settings: Settings,
        journal: Journal,
        log: structlog.stdlib.BoundLogger,
        *,
        around: Callable[[], Surroundings] = Surroundings,
        every: timedelta = _EVERY,
        refresh: Callable[[], Awaitable[tuple[Settings, Journal]]] | None = None,
    ) -> None:
        self._settings = settings
        self._journal = journal
        self._log = log
        self._around = around
        self._every = every
        self._refresh = refresh
        self._rests = Rests()
        self._told = LogOnce()
        # The consoles whose actions are at work.
        self._busy: set[str] = set()

    async def forever(self) -> None:
        """Carry out what is due now and later, consoles beside each other; it never ends by itself."""
        async with task_group() as group:
            while True:
                entries = await self.due()
                for console in dict.fromkeys(entry.console for entry in entries):
                    self._busy.add(console)
                    group.create_task(self.carry_out([entry for entry in entries if entry.console == console]))
                await self._around().sleep(self._every.total_seconds())

    async def due(self) -> list[Entry]:
        """The scheduled actions that are due, and those that were sent and have not ended, unless one rests."""
        now = self._around().now()
        try:
            if self._refresh is not None:
                self._settings, self._journal = await self._refresh()
            entries = await self._journal.with_status("scheduled", *OPEN)
            timed = [(entry, due) for entry in entries if (due := due_of(entry)) is not None]
        except Exception as error:  # noqa: BLE001 - it must not end the collector
            if self._told.changed("journal", told := _told(error)):
                self._log.warning(f"scheduled actions cannot be read: {told}")
            return []
        self._told.over("journal")
        self._rests.keep(entry.id for entry, _ in timed)
        return [
            entry
            for entry, due in timed
            if due <= now
            and entry.console not in self._busy
            and self._rests.is_over(entry.id, entry.status, now)
            and not _is_given_up(entry, now)
        ]

    async def carry_out(self, entries: Sequence[Entry]) -> None:
        """Carry out, or go on with, actions of one console, and log what became of each; it raises nothing.

        What cannot be done now is tried again.
        """
        try:
            for who in dict.fromkeys((entry.user, entry.machine) for entry in entries):
                await self._together([entry for entry in entries if (entry.user, entry.machine) == who])
        finally:
            self._busy.difference_update(entry.console for entry in entries)

    async def _together(self, entries: Sequence[Entry]) -> None:
        """The actions of one user, in whose name they are sent."""
        room = asyncio.Semaphore(_SENT_AT_ONCE)
        try:
            async with self._console(entries[0]) as console:
                with console.batching():
                    await side_by_side(self._one(console, entry, room) for entry in entries)
        except Exception as error:  # noqa: BLE001 - it must not end the collector
            for entry in entries:
                self._put_off(entry, error)

    async def _one(self, console: ActionConsole, entry: Entry, room: asyncio.Semaphore) -> None:
        try:
            result = await self._done(console, entry, room)
        except ActionTaken:
            return
        except Exception as error:  # noqa: BLE001 - it must not end the collector, nor hinder another action
            self._put_off(entry, error)
            return
        self._rests.begin(entry.id, result.status, self._around().now())
        told = f"{result.status}: {result.reason}"
        if self._told.changed(entry.id, told):
            tell = self._log.info if result.status in {"done", *OPEN} else self._log.warning
            tell(f"{_name(entry)}: {told}")
        if result.status not in OPEN:
            self._told.over(entry.id)
            self._told.over((entry.id, "sent"))

    def _warned(self, console: str) -> Callable[[str], None]:
        """Log what concerns all releases of a console once."""

        def tell(text: str) -> None:
            if self._told.changed((console, "all"), text):
                self._log.warning(f"{console}: {text}")

        return tell

    def _put_off(self, entry: Entry, error: Exception) -> None:
        self._rests.begin(entry.id, entry.status, self._around().now())
        told = _told(error, entry.console)
        if self._told.changed(entry.id, told):
            failed = "is due but could not be sent" if entry.status == "scheduled" else "could not be followed"
            self._log.warning(f"{_name(entry)} {failed}; it is tried again: {told}")

    async def _done(self, console: ActionConsole, entry: Entry, room: asyncio.Semaphore) -> Result:
        if entry.status in OPEN:
            return await resume(console, entry, Following(patience=timedelta(0)))
        if why := await self._moot(console, entry):
            return await call_off(console, entry, why)
        if self._told.changed((entry.id, "sent"), ""):
            self._log.info(f"{_name(entry)} is due and is sent now")
        async with room:
            sent = await send_scheduled(console, entry)
        return await follow_sent(console, sent, Following(patience=_FOLLOWED))

    async def _moot(self, console: ActionConsole, entry: Entry) -> str:
        """Explain why there is nothing to end any more; "" where there is."""
        identity = str(entry.details.get(ENDS) or "")
        begun = await self._journal.load(identity)
        if begun is None:
            return f"nothing to end: action {identity} is not recorded"
        if begun.status in _NO_END:
            return f"nothing to end: {begun.action} (action {begun.id}) is {begun.status}"
        if begun.details.get(ENDED_BY) != entry.details.get(INSTEAD_OF, entry.id):
            return f"nothing to end: {begun.action} (action {begun.id}) is ended by another action"
        told = await moved_on(console, ACTIONS[begun.action], begun, self._warned(entry.console))
        return f"not sent: {told}" if told else ""

    @asynccontextmanager
    async def _console(self, entry: Entry) -> AsyncIterator[ActionConsole]:
        """The console of an action, to act on in the name of whoever scheduled it."""
        settings = self._settings.console(entry.console)
        if not settings.has_action_token:
            raise SettingsError(f"{entry.console}: no action_token is set")
        around = replace(self._around(), user=entry.user, machine=entry.machine)
        async with ActionConsole(self._settings, settings, around=around, journal=self._journal) as console:
            yield console


def _is_given_up(entry: Entry, now: datetime) -> bool:
    """Return True for an unknown outcome that will not show itself any more."""
    action = ACTIONS.get(entry.action)
    return entry.status == "unknown" and (action is None or now - entry.requested > action.longest)


def _told(error: Exception, console: str = "") -> str:
    if isinstance(error, ConsoleError):
        return error.behind(console)
    return str(error) if isinstance(error, S1ecsError) else f"internal error: {error!r}"


def _name(entry: Entry) -> str:
    host = entry.targets[0].host or entry.targets[0].id
    return f"{entry.console}: scheduled {entry.action} on {host} (action {entry.id})"
