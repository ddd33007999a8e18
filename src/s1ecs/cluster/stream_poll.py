"""One poll of one stream by a worker: under a lease, with all outputs told, and with its end saved."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import structlog

from s1ecs.backoff import BackOff
from s1ecs.cluster.takeover import take_over
from s1ecs.cluster.under_lease import require, while_held
from s1ecs.collect.clock_watch import ClockWatch
from s1ecs.collect.due import SECONDS_AFTER_OUTPUT_ERROR, seconds_to_next, seconds_until_due
from s1ecs.collect.feed import Feed
from s1ecs.collect.outcome import Counts, Outcome
from s1ecs.collect.poll import poll
from s1ecs.collect.run_log import RunLog
from s1ecs.errors import LeaseLost, OutputError, ReaderGone, S1ecsError, StateError, WalkTaken
from s1ecs.outputs.output import takeover_of
from s1ecs.state.checkpoints import LIVE
from s1ecs.state.leases import Tenure
from s1ecs.state.status import Key
from s1ecs.state.work import Begun, Ended, Work

# A lease that another worker has is asked for again so soon: it expires when that one is dead.
_TAKEN_SECONDS = 2.0

_AFTER_TROUBLE = BackOff(*SECONDS_AFTER_OUTPUT_ERROR)


@dataclass(frozen=True)
class StreamPolls:
    """The polls of one worker; `polling` are those in progress, `stop` ends them at their next step.

    `unended` are those that were begun and of which no end was saved, those in progress among them.
    """

    worker: str
    work: Work
    stop: asyncio.Event
    log: structlog.stdlib.BoundLogger
    run_log: RunLog
    watch: ClockWatch
    polling: set[Key] = field(default_factory=set)
    unended: set[Key] = field(default_factory=set)
    gone: list[ReaderGone] = field(default_factory=list)

    async def poll(self, feed: Feed) -> None:
        """Poll a stream if its lease is free and it is still due; log what is in the way."""
        key = Key(feed.console, feed.stream.name)
        if key in self.polling or self.stop.is_set():
            await self._put_off(key)
            return
        self.polling.add(key)
        try:
            async with feed.state.leases.held(feed.own_walks) as lease:
                # Also where it fails, and nobody knows whether it was saved.
                self.unended.add(key)
                begun = await self.work.begin(key, self.worker)
                if begun is not None:
                    await self._begun(feed, key, begun, lease)
        except WalkTaken:
            await self._put_off(key)
        except S1ecsError as error:
            self.run_log.outcome(Outcome(feed.walk(LIVE), Counts(), error))
        finally:
            self.polling.discard(key)

    async def disown(self) -> None:
        """Save what is over although no end of it was saved, as of a worker that was paused.

        Else whoever polls it next would fence this worker, which would cost it all that it delivers meanwhile.
        """
        over = self.unended - self.polling
        # So that none of them begins meanwhile.
        self.polling.update(over)
        try:
            if over:
                await self.work.disown(self.worker, over)
            self.unended.difference_update(over)
        finally:
            self.polling.difference_update(over)

    async def _put_off(self, key: Key) -> None:
        """Have it queued again soon; a worker that is to end leaves it to the others at once."""
        with suppress(StateError):
            await self.work.put_off(key, 0.0 if self.stop.is_set() else _TAKEN_SECONDS)

    async def _begun(self, feed: Feed, key: Key, begun: Begun, lease: Tenure) -> None:
        ended = Ended(0.0, "ended early", settled=False)
        try:
            ended = await self._polled(feed, begun, lease)
        except LeaseLost as error:
            self.run_log.outcome(Outcome(feed.walk(LIVE), Counts(), error))
        finally:
            if await self.work.end(key, self.worker, ended):
                self.unended.discard(key)

    async def _polled(self, feed: Feed, begun: Begun, lease: Tenure) -> Ended:
        if begun.first and (wait := await seconds_until_due(feed)):
            # The state is older than the row of its work.
            return Ended(wait)
        clock = asyncio.get_running_loop().time
        since = clock()
        outcomes: Sequence[Outcome] = ()
        taken = settled = False
        async with while_held(lease, str(feed)):
            try:
                await self._take_over(feed, begun, lease)
                taken = True
                outcomes = await poll(feed, self.stop, lambda *_: None)
            except OutputError as error:
                outcomes = [Outcome(feed.walk(LIVE), Counts(), error)]
            finally:
                # Also where one output has it, and another one could not take it over.
                settled = self._let_go(feed, complete=_is_complete(outcomes)) and taken
        for outcome in outcomes:
            self._tell(outcome)
        with suppress(S1ecsError):
            await self.watch.look(feed)
        failed = next((outcome for outcome in outcomes if outcome.error is not None), None)
        reason = "" if failed is None else str(failed.error)
        return Ended(await self._seconds(feed, outcomes, clock() - since, begun), reason, settled)

    async def _seconds(self, feed: Feed, outcomes: Sequence[Outcome], passed: float, begun: Begun) -> float:
        if any(outcome.state == "stopped" for outcome in outcomes):
            return 0.0
        seconds = await seconds_to_next(feed, outcomes, passed)
        if any(isinstance(outcome.error, OutputError | StateError) for outcome in outcomes):
            return min(seconds, _AFTER_TROUBLE.seconds(begun.failures))
        return seconds

    def _tell(self, outcome: Outcome) -> None:
        if isinstance(outcome.error, ReaderGone):
            self.gone.append(outcome.error)
            self.stop.set()
        else:
            self.run_log.outcome(outcome)

    async def _take_over(self, feed: Feed, begun: Begun, lease: Tenure) -> None:
        """Tell outputs that keep marks by feed where this one is, and who may have delivered beyond it."""
        still_ours = partial(require, lease, str(feed))
        for output in feed.outputs:
            if (taking := takeover_of(output)) is not None:
                await take_over(taking, _names(feed), feed.state, begun.unsettled, still_ours)

    def _let_go(self, feed: Feed, *, complete: bool) -> bool:
        """Tell outputs that the feed may be another worker's next time; return whether nothing is in doubt."""
        taking = [each for each in map(takeover_of, feed.outputs) if each is not None]
        settled = [each.let_go(*_names(feed), complete=complete) for each in taking]
        return all(settled)


def _names(feed: Feed) -> tuple[str, str, str]:
    return feed.console, feed.namespace, feed.stream.name


def _is_complete(outcomes: Sequence[Outcome]) -> bool:
    """Tell whether all that the console holds was read: what was missed may come at the next poll."""
    return bool(outcomes) and not any(outcome.error or outcome.misses for outcome in outcomes)
