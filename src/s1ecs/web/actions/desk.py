"""Response actions for users of the page: permission, plans, and the tasks that carry them out."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from s1ecs.errors import ActionRefused, ConsoleError, S1ecsError, SettingsError, StateError
from s1ecs.permissions import private_folder
from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.audit.journal import Entry, Journal
from s1ecs.respond.batches.call_off_all import call_off_all
from s1ecs.respond.batches.carry_out import carry_out_many, resume_many
from s1ecs.respond.batches.planning import plan_many
from s1ecs.respond.plan.plan import Plan, make_plan
from s1ecs.respond.run.engine import carry_out, resume
from s1ecs.respond.run.follow import Following
from s1ecs.respond.run.intent import BATCH
from s1ecs.respond.run.refuse import refuse
from s1ecs.respond.run.result import Result, was_shown
from s1ecs.respond.session import ActionConsole, Surroundings
from s1ecs.sentinelone.rate_limits import RateLimits
from s1ecs.settings import Settings
from s1ecs.web.access.page_user import PageUser
from s1ecs.web.actions.confirmation import confirmation_of, named
from s1ecs.web.actions.form_fields import AskedAction
from s1ecs.web.actions.kept_plans import KeptPlan, KeptPlans
from s1ecs.web.actions.offered import OfferedAction, offered
from s1ecs.web.actions.running import RunningAction

# So many actions and batches are carried out at one time; of those that ended so many are remembered.
_MOST_RUNNING, _MOST_ENDED = 100, 200
RESULTS = "results"


class DeskBusy(StateError):
    """More actions are under way than are carried out at one time, or the process is stopping; nothing was sent."""


@dataclass(frozen=True)
class PlannedAction:
    """An answer to a request for a plan: the key of a plan to confirm, or the id of an action that was refused."""

    key: str = ""
    refused: str = ""
    batch: str = ""


class ResponseDesk:
    """The same engine as the command line, for many people at one time.

    `around` makes the surroundings of an action; its user is the person at the page. `journal` is one that is open
    already and whose documents somebody else delivers; without it each action opens the journal, as a command does.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        around: Callable[[], Surroundings] = Surroundings,
        journal: Journal | None = None,
    ) -> None:
        self._settings = settings
        self._around = around
        self._journal = journal
        self._log: structlog.stdlib.BoundLogger = structlog.get_logger()
        self.plans = KeptPlans(lambda: secrets.token_urlsafe(32), around().monotonic)
        self._running: dict[str, RunningAction] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._closed = False
        # Those of a console hold for all people together.
        self._rates = {console.name: RateLimits() for console in settings.consoles}

    def is_on(self, console: str) -> bool:
        """Tell whether a console takes response actions: it has a token for them."""
        try:
            self._settings.console(console).require_action_token()
        except SettingsError:
            return False
        return True

    def may_act(self, user: PageUser | None, console: str) -> bool:
        """Tell whether a person may act on a console, and whether it takes actions at all."""
        return user is not None and user.may_respond(console) and self.is_on(console)

    def may_act_anywhere(self, user: PageUser | None) -> bool:
        """Tell whether a person may act on any console."""
        return any(self.may_act(user, console.name) for console in self._settings.consoles)

    def offered(self, user: PageUser | None, console: str, stream: str) -> Sequence[OfferedAction]:
        """Return the actions to show beside a document; none where the person may not act."""
        return offered(stream) if self.may_act(user, console) else ()

    def offered_anywhere(self, user: PageUser | None, stream: str) -> Sequence[OfferedAction]:
        """Return the actions to show above a list of a stream."""
        return offered(stream) if self.may_act_anywhere(user) else ()

    async def plan(self, user: PageUser, console: str, targets: Sequence[str], requested: AskedAction) -> PlannedAction:
        """Look at the console and keep the plan; a refusal is written down, as on the command line.

        Raises UsageError, ConsoleError types.
        """
        action, arguments = requested.action, requested.arguments
        async with self._console(console, user) as opened:
            if len(targets) > 1:
                many = await plan_many(
                    opened,
                    action,
                    targets,
                    arguments,
                    comment=requested.comment,
                    force=requested.force,
                    lasting=requested.lasting,
                )
                kept = KeptPlan(user.name, console, many, confirmation_of(many), requested.stream, arguments)
                return PlannedAction(key=self.plans.keep(kept), batch=many.id)
            identity = self._around().new_id()
            try:
                plan = await make_plan(
                    opened,
                    action,
                    targets[0],
                    arguments,
                    comment=requested.comment,
                    id=identity,
                    force=requested.force,
                    lasting=requested.lasting,
                )
            except (ActionRefused, ConsoleError) as error:
                comment = requested.comment
                await refuse(opened, action, identity, error, target=targets[0], arguments=arguments, comment=comment)
                return PlannedAction(refused=identity)
        kept = KeptPlan(user.name, console, plan, confirmation_of(plan), requested.stream, arguments)
        return PlannedAction(key=self.plans.keep(kept))

    def start(self, user: PageUser, kept: KeptPlan, comment: str) -> RunningAction:
        """Carry out a plan in a task of its own; raise DeskBusy where no further one can begin."""
        plan = kept.plan
        if isinstance(plan, Plan):
            single = replace(plan, comment=comment or plan.comment)
            running = self._new(plan.id, kept.console, plan.action.name, user, list(map(named, plan.targets)))
            return self._begin(running, partial(self._carry_out, running, user, single))
        many = replace(plan, comment=comment or plan.comment)
        many = replace(many, plans=tuple(replace(each, comment=many.comment) for each in many.plans))
        targets = [named(target) for each in many.plans for target in each.targets]
        running = self._new(many.id, kept.console, many.action.name, user, targets, is_batch=True)

        async def work() -> None:
            async with self._console(kept.console, user) as console:
                await carry_out_many(console, many, self._following(running, many.id), _adding(running))

        return self._begin(running, work)

    def resume(self, user: PageUser, entry: Entry) -> RunningAction:
        """Follow an action of the journal that has not ended; raise DeskBusy."""
        if self.is_under_way(str(entry.details.get(BATCH) or "")):
            raise DeskBusy("the batch of this action is under way, and follows it already")
        running = self._new(entry.id, entry.console, entry.action, user, list(map(named, entry.targets)))

        async def work() -> None:
            async with self._console(entry.console, user) as console:
                running.add(await resume(console, entry, self._following(running, entry.id)))

        return self._begin(running, work)

    def resume_batch(self, user: PageUser, batch: str, entries: Sequence[Entry]) -> RunningAction:
        """Send what was not sent of a batch, and follow all of it; raise DeskBusy."""
        targets = [named(target) for entry in entries for target in entry.targets]
        first = entries[0]
        running = self._new(batch, first.console, first.action, user, targets, is_batch=True)

        async def work() -> None:
            async with self._console(first.console, user) as console:
                await resume_many(console, entries, self._following(running, batch), _adding(running), send=True)

        return self._begin(running, work)

    async def cancel(self, user: PageUser, entries: Sequence[Entry]) -> Sequence[str]:
        """Cancel scheduled actions of one console; return what hindered that. Raises StateError."""
        told: list[str] = []

        async def shown(_result: Result) -> None:
            """Show nothing: the page reads the journal."""

        async with self._console(entries[0].console, user) as console:
            why = f"cancelled by {console.around.user}@{console.around.machine}; nothing was sent"
            await call_off_all(console, entries, why, shown, told.append)
        return told

    async def forget_password(self, user: PageUser, result: Result) -> None:
        """Drop the password of a file that a person has seen; raise StateError where that fails."""
        async with self._console(result.console, user) as console:
            await was_shown(await console.journal(), result)

    def running(self, identity: str) -> RunningAction | None:
        """Return what this process does, or did lately, under the id of an action or batch."""
        return self._running.get(identity)

    def is_under_way(self, identity: str) -> bool:
        """Tell whether this process carries out an action, or a batch, now."""
        found = self._running.get(identity)
        return found is not None and not found.ended

    def under_way(self) -> Sequence[RunningAction]:
        """Return what this process does now, the newest first."""
        return [each for each in reversed(self._running.values()) if not each.ended]

    def folder_of(self, identity: str) -> Path:
        """Return the folder of the files that an action, or a batch, brought for the page."""
        return self._settings.state_dir / RESULTS / identity

    async def close(self) -> None:
        """End all tasks, as SIGTERM ends a command: what was sent is in the journal, to be resumed."""
        self._closed = True
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _carry_out(self, running: RunningAction, user: PageUser, plan: Plan) -> None:
        async with self._console(running.console, user) as console:
            running.add(await carry_out(console, plan, self._following(running, plan.id)))
            # The documents are delivered behind this, which takes seconds where an output is down.
            running.end()

    def _new(
        self,
        identity: str,
        console: str,
        action: str,
        user: PageUser,
        targets: Sequence[str],
        *,
        is_batch: bool = False,
    ) -> RunningAction:
        if self._closed:
            raise DeskBusy("s1ecs is stopping; nothing was sent")
        if len(self._tasks) >= _MOST_RUNNING:
            raise DeskBusy(f"{_MOST_RUNNING} actions are under way; nothing was sent: wait until one of them has ended")
        if self.is_under_way(identity):
            raise DeskBusy("this action is under way already; nothing was sent")
        return RunningAction(identity, console, action, user.name, targets, is_batch)

    def _begin(self, running: RunningAction, work: Callable[[], Coroutine[Any, Any, None]]) -> RunningAction:
        self._running.pop(running.id, None)
        self._running[running.id] = running
        ended = [key for key, each in self._running.items() if each.ended]
        for key in ended[: max(len(ended) - _MOST_ENDED, 0)]:
            del self._running[key]
        task = asyncio.get_running_loop().create_task(self._until_ended(running, work))
        self._tasks[running.id] = task
        task.add_done_callback(lambda _: self._forget(running))
        return running

    def _forget(self, running: RunningAction) -> None:
        self._tasks.pop(running.id, None)
        if not running.ended:
            # It was cancelled before its first step.
            running.end("stopped before anything was sent")

    async def _until_ended(self, running: RunningAction, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        error = ""
        try:
            await work()
        except asyncio.CancelledError:
            error = "stopped, because s1ecs stops; resume it to learn how it ended"
            raise
        except S1ecsError as problem:
            error = problem.behind(running.console)
        except Exception as problem:  # noqa: BLE001 - it must not end the server, and the person is told
            self._log.exception(f"{running.console}: {running.action} (action {running.id}) failed")
            error = f"internal error: {problem!r}"
        finally:
            running.end(error)

    def _following(self, running: RunningAction, identity: str) -> Following:
        folder = self.folder_of(identity)
        action = ACTIONS.get(running.action)
        if action is not None and action.brings_file:
            try:
                private_folder(folder)
            except OSError as error:
                raise StateError(f"{folder}: can't be created ({error.strerror}); nothing was sent") from None
        return Following(into=folder, tell=running.tell)

    def _console(self, name: str, user: PageUser) -> AbstractAsyncContextManager[ActionConsole]:
        """Open a console to act on in the name of a person."""
        return ActionConsole(
            self._settings,
            self._settings.console(name),
            tell=self._log.warning,
            around=replace(self._around(), user=user.name),
            journal=self._journal,
            rates=self._rates.get(name),
        )


def _adding(running: RunningAction) -> Callable[[Result], Coroutine[Any, Any, None]]:
    async def show(result: Result) -> None:
        running.add(result)
        running.tell(f"{len(running.results)} of {len(running.targets)} have a result")

    return show
