"""The log of collecting: one line for each outcome, and one alone for what lasts."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from s1ecs.collect.consoles.missing_permission import not_permitted
from s1ecs.collect.feed import Feed
from s1ecs.collect.outcome import SET_ASIDE, Outcome
from s1ecs.counted import counted
from s1ecs.errors import OtherConsole, OutputError, StateError, Unauthorized, WalkTaken
from s1ecs.log_once import LogOnce
from s1ecs.state.checkpoints import LIVE, REREAD
from s1ecs.timestamps import shown_time

# What lasts until somebody mends it; it is retried at each interval, but logged again only when it is something else.
_LASTS = (*SET_ASIDE, StateError, OutputError, OtherConsole)


class RunLog:
    """Logs the outcomes of one process; `follows`: it polls at each interval, and polls that bring nothing are debug.

    What is wrong with the state, which all streams share, is logged once; so is a token that a console refuses.
    """

    def __init__(self, log: structlog.stdlib.BoundLogger, *, follows: bool) -> None:
        self._log = log
        self._follows = follows
        self._afterwards = ", retried at each interval" if follows else ""
        self._lasting = LogOnce()
        self._refusing = LogOnce()

    def started(self, feeds: Sequence[Feed]) -> None:
        """Log the first line of `run`."""
        consoles = len({feed.console for feed in feeds})
        self._log.info(f"started: collecting {counted(len(feeds), 'stream')} of {counted(consoles, 'console')}")

    def stopped(self) -> None:
        """Log the last line of `run`."""
        self._log.info("stopped: the next start resumes from the saved positions")

    def taken(self, outcomes: Sequence[Outcome], feeds: int) -> None:
        """Log the walks that other processes hold, one line for each process: mostly one holds them all."""
        taken: dict[str, list[WalkTaken]] = {}
        for outcome in outcomes:
            if isinstance(outcome.error, WalkTaken):
                taken.setdefault(outcome.error.reason, []).append(outcome.error)
        for reason, errors in taken.items():
            names = "all streams" if 1 < len(errors) == feeds else ", ".join(error.walk for error in errors)
            self._log.error(f"{names}: {reason}")

    def not_due(self, feed: Feed, due: datetime) -> None:
        """Log that an inventory is left alone until its interval has passed."""
        self._log.info(f"{feed}: complete, due again at {shown_time(due)}; --full reads it now")

    def outcome(self, outcome: Outcome) -> None:
        """Log an outcome, unless all that it tells is in the log already."""
        error, walk, console = outcome.error, outcome.walk, outcome.walk.console
        if isinstance(error, Unauthorized) and not not_permitted(error):
            self._refused(console, error)
            return
        if error is None and self._refusing.over(console):
            self._log.info(f"{console}: the console accepts the token again", console=console)
        reason = str(error) if isinstance(error, _LASTS) else ""
        shared = isinstance(error, StateError) and self._lasting.is_known(reason)
        changed = self._lasting.changed(walk, reason)
        if not reason or (changed and not shared):
            say(self._log, outcome, self._afterwards, quiet=self._follows)

    def _refused(self, console: str, error: Unauthorized) -> None:
        if self._refusing.changed(console, "refused"):
            told = error.behind(console)
            self._log.error(
                f"{console}: token rejected, streams are skipped{self._afterwards}: {told}", console=console
            )


def say(log: structlog.stdlib.BoundLogger, outcome: Outcome, afterwards: str = "", *, quiet: bool = False) -> None:
    """Log an outcome in one line, and in one more each thing worth a look; `quiet`: what brought nothing is debug."""
    walk = outcome.walk
    for record in outcome.unread:
        log.error(
            f"{walk}: a record could not be read and was skipped: {record.reason}",
            cursor=record.cursor,
            skip=record.skip,
        )
    for failure in outcome.failed:
        if failure.gone:
            log.warning(f"{walk}: {failure.name} no longer exists on the console: {failure.error}")
        elif not failure.again:
            log.error(f"{walk}: {failure.name} was skipped, retried at each poll: {failure.error}")
    if refused := outcome.counts.refused:
        log.warning(f"{walk}: outputs refused documents: {refused}; they are kept, see s1ecs dead-letters")
    if outcome.doubt is not None:
        log.warning(
            f"{walk}: {outcome.doubt}, within an hour where `run` collects; if that many were not removed on purpose, "
            "check the console and the scope of the token's user"
        )
    if outcome.notes:
        log.warning(f"{walk}: {outcome.beside}")
    facts = _facts(outcome)
    problem = "" if outcome.error is None else outcome.error.behind(walk.console)
    problem = problem.removeprefix(f"{walk}: ")
    if outcome.error is None:
        (log.debug if quiet and not outcome.brings else log.info)(f"{walk}: {_end(outcome)}", **facts)
    elif isinstance(outcome.error, SET_ASIDE):
        log.warning(f"{walk}: skipped{afterwards}: {problem}", **facts)
    else:
        log.error(f"{walk}: {problem}", **facts)


def _end(outcome: Outcome) -> str:
    if outcome.stopped:
        return "stopped"
    if outcome.misses:
        return "complete, except for skipped records"
    return "up to date" if outcome.walk.walk in {LIVE, REREAD} else "complete"


def _facts(outcome: Outcome) -> dict[str, str | int]:
    counts = outcome.counts
    told = {"not_mapped": counts.failed, "refused": counts.refused}
    told["left_out"] = sum(not failure.gone for failure in outcome.failed)
    return {
        "console": outcome.walk.console,
        "stream": outcome.walk.stream,
        "records": counts.records,
        "new": counts.delivered,
        **{name: count for name, count in told.items() if count},
    }
