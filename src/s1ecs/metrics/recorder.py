"""From what collecting does to figures."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from s1ecs.collect.outcome import Counts, Outcome
from s1ecs.metrics import table
from s1ecs.metrics.values import Figures
from s1ecs.sentinelone.transport import ExchangeObserver
from s1ecs.state.checkpoints import LIVE, WalkName
from s1ecs.timestamps import moment_of

_ID = re.compile(r"(?<=/)\d+(?=/|$)")
_DAY = timedelta(days=1)


class Meter:
    """Is told of steps, polls, requests and tokens, and keeps the figures up to date."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures

    def step(self, walk: WalkName, counts: Counts) -> None:
        """Note what one step brought; its position was just saved."""
        of = (walk.console, walk.stream)
        self.figures.add(table.RECORDS, *of, amount=counts.records)
        self.figures.add(table.DOCUMENTS, *of, amount=counts.delivered)
        self.figures.add(table.NOT_MAPPED, *of, amount=counts.failed)
        self.figures.add(table.REJECTED, *of, amount=counts.refused)
        self.figures.set_since(table.CHECKPOINT_AGE, *of)

    def walked(self, outcome: Outcome, now: datetime) -> None:
        """Note how a walk ended; `now` by the console's clock."""
        walk = outcome.walk
        of = (walk.console, walk.stream)
        self.figures.add(table.POLLS, *walk, outcome.state)
        missing = len(outcome.unread) + sum(not (failure.gone or failure.again) for failure in outcome.failed)
        self.figures.add(table.LEFT_OUT, *of, amount=missing)
        if walk.walk != LIVE or outcome.state != "ok":
            return
        self.figures.set_since(table.CHECKPOINT_AGE, *of)
        if outcome.newest is None:
            self.figures.set_since(table.LAG, *of)
        else:
            lag = max(now - moment_of(outcome.newest), timedelta(0))
            self.figures.set(table.LAG, *of, value=lag.total_seconds())

    def refused_later(self, console: str, stream: str, count: int) -> None:
        """Note that an output refused documents that had waited in its spool."""
        self.figures.add(table.REJECTED, console, stream, amount=count)

    def spool(self, output: str, waiting: Callable[[], int]) -> None:
        """Show how many documents wait for an output, as `waiting` tells whenever it is asked."""
        self.figures.set(table.SPOOLED, output, value=lambda _: waiting())

    def token(self, console: str, expires: datetime) -> None:
        """Note when a console's token expires."""
        self.figures.set(table.TOKEN_DAYS, console, value=lambda now: (expires - now) / _DAY)

    def observer(self, console: str) -> ExchangeObserver:
        """Return the observer of a console's requests."""

        def observe(*, method: str, path: str, status: int, seconds: float, attempt: int) -> None:  # noqa: ARG001 - as told
            plain = _ID.sub("{id}", path)
            self.figures.add(table.REQUESTS, console, plain, str(status or "none"))
            self.figures.add(table.REQUEST_SECONDS, console, plain, amount=seconds)
            if attempt > 1:
                self.figures.add(table.RETRIES, console, plain)

        return observe
