import asyncio
import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest
import structlog
from structlog.testing import capture_logs

from s1ecs.cluster.stream_poll import StreamPolls
from s1ecs.collect.clock_watch import ClockWatch
from s1ecs.collect.feed import Feed
from s1ecs.collect.outcome import Counts, Outcome
from s1ecs.collect.run_log import RunLog
from s1ecs.collect.strategies.step import ItemFailed
from s1ecs.errors import ConsoleError, LeaseLost, NotFound, OutputError
from s1ecs.outputs.output import Batch, Capabilities, Delivered, Takeover
from s1ecs.sentinelone.response import ConsoleResponse
from s1ecs.state.checkpoints import Commit
from s1ecs.state.leases import LeaseName, Leases, Tenure
from s1ecs.state.memory.cluster import ClusterTables, MemoryWork, MemoryWorkers
from s1ecs.state.memory.state import MemoryState
from s1ecs.state.status import Key
from s1ecs.state.work import WorkRow
from s1ecs.state.workers import WorkerRow
from tests.unit.collect.conftest import NOW, RecordingOutput, ScriptedConsole, alert

if TYPE_CHECKING:
    from s1ecs.sentinelone.client import Client

pytestmark = pytest.mark.in_memory

KEY = Key("default", "alert")


class Polling:
    """The polls of one worker."""

    def __init__(self) -> None:
        self.tables = ClusterTables(time.monotonic)
        self.work = MemoryWork(self.tables)
        self.workers = MemoryWorkers(self.tables)
        self.stop = asyncio.Event()

    async def polls(self, worker: str = "me") -> StreamPolls:
        """Return the polls of a worker, with one stream due."""
        await self.workers.beat(WorkerRow(worker, "host", 1, "1", 5))
        if KEY not in self.tables.work:
            await self.work.want([KEY])
        log = structlog.get_logger()
        run_log = RunLog(log, follows=True)
        return StreamPolls(worker, self.work, self.stop, log, run_log, ClockWatch(log))

    async def row(self) -> WorkRow:
        """Return the row of the stream."""
        [row] = await self.work.rows()
        return row

    @property
    def due_in(self) -> float:
        """The seconds until the stream is due."""
        return self.tables.work[KEY].due - time.monotonic()


@pytest.fixture
def polling() -> Polling:
    """Polls on an empty cluster."""
    return Polling()


class Expiring:
    """Leases that another process may take over at a moment."""

    def __init__(self, leases: Leases, seconds: float) -> None:
        self._leases = leases
        self._seconds = seconds

    @asynccontextmanager
    async def held(self, names: Sequence[LeaseName]) -> AsyncIterator[Tenure]:
        """Hold them until then."""

        class Ending:
            is_lost = False
            valid_until = time.monotonic() + self._seconds

        async with self._leases.held(names):
            yield Ending()


class Slow(ScriptedConsole):
    """A console that does not answer."""

    async def get(self, path: str, params: object) -> ConsoleResponse:
        """Wait."""
        await asyncio.sleep(60)
        raise AssertionError


class MovingOutput(RecordingOutput):
    """An output that must know which feeds are its own."""

    def __init__(self) -> None:
        super().__init__(capabilities=Capabilities(takeover=True))
        self.taken: list[Takeover] = []
        self.let: list[bool] = []
        self.settled = True

    async def take_over(self, feed: Takeover) -> None:
        """Take note."""
        self._fail()
        self.taken.append(feed)

    def let_go(self, _console: str, _namespace: str, _stream: str, *, complete: bool) -> bool:
        """Take note."""
        self.let.append(complete)
        return self.settled

    async def deliver(self, batch: Batch) -> Delivered:
        """Deliver if the feed is still its own."""
        self.taken[-1].require()
        delivered = await super().deliver(batch)
        return replace(delivered, mark={"default/default/alert": len(self.accepted)})


async def test_a_poll_says_when_the_next_is_due(
    polling: Polling, feed: Feed, console: ScriptedConsole, output: RecordingOutput
) -> None:
    """What was polled is delivered, and due again after its interval."""
    console.script = [[alert("one", "11:00")]]
    await (await polling.polls()).poll(feed)
    assert output.ids == ["one"]
    assert 20 < polling.due_in <= 30
    assert (await polling.row()).failures == 0


@pytest.mark.parametrize("days", [-1, 1])
async def test_the_clock_of_a_worker_does_not_matter(
    polling: Polling, feed: Feed, console: ScriptedConsole, output: RecordingOutput, days: int
) -> None:
    """A worker whose clock steps by a day misses nothing, doubles nothing, and polls in step with others."""
    console.script = [[alert("one", "11:00")]]
    await (await polling.polls()).poll(feed)
    console.ours = NOW + timedelta(days=days)
    polling.tables.work[KEY] = replace(polling.tables.work[KEY], due=0.0)
    console.script = [[alert("one", "11:00"), alert("two", "11:59")]]
    await (await polling.polls("stepped")).poll(feed)
    assert output.ids == ["one", "two"]
    assert 20 < polling.due_in <= 30
    console.ours = None
    polling.tables.work[KEY] = replace(polling.tables.work[KEY], due=0.0)
    console.script = [[alert("two", "11:59"), alert("three", "11:59")]]
    await (await polling.polls()).poll(feed)
    assert output.ids == ["one", "two", "three"]


async def test_a_state_that_is_older_than_the_cluster_says_when_the_first_poll_is_due(
    polling: Polling, feed: Feed, console: ScriptedConsole
) -> None:
    """A stream that one machine polled lately is not polled again before its interval has passed."""
    due = NOW + timedelta(seconds=25)
    await feed.checkpoints.commit(feed.walk("live"), Commit({"first": "x"}, next_due=due))
    await (await polling.polls()).poll(feed)
    assert not console.asked
    assert 20 < polling.due_in <= 26


async def test_a_stream_whose_lease_is_taken_is_tried_again_soon(
    polling: Polling, feed: Feed, console: ScriptedConsole
) -> None:
    """A worker that finds the lease taken polls nothing, and leaves the stream to be queued again."""
    assert isinstance(feed.state, MemoryState)
    polls = await polling.polls()
    await polling.work.claim(1)
    other = MemoryState(feed.state.tables)
    async with other.leases.held(feed.own_walks):
        await polls.poll(feed)
    assert not console.asked
    assert (await polling.row()).queued is None
    assert 0 < polling.due_in <= 5


async def test_a_poll_ends_when_its_lease_expires(
    polling: Polling, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A poll is given up at the moment from which another may have its lease; from then on outputs refuse, too."""
    polls, output = await polling.polls(), MovingOutput()
    began = time.monotonic()
    with capture_logs() as lines, monkeypatch.context() as patched:
        patched.setattr(feed.state, "leases", Expiring(feed.state.leases, 0.3))
        await polls.poll(replace(feed, outputs=[output], client=cast("Client", Slow())))
    assert time.monotonic() - began < 5
    assert any("the lease expired while it was used" in line["event"] for line in lines)
    row = polling.tables.work[KEY]
    assert row.unsettled == ("",)
    assert row.worker == ""
    with pytest.raises(LeaseLost):
        output.taken[0].require()


async def test_outputs_learn_of_workers_that_did_not_end_well(
    polling: Polling, feed: Feed, console: ScriptedConsole
) -> None:
    """An output is told where the feed is and who may have delivered beyond it; once all is settled, of nobody."""
    output = MovingOutput()
    mine = replace(feed, outputs=[output])
    await polling.polls("dead")
    await polling.work.begin(KEY, "dead")
    await polling.workers.leave("dead")
    console.script = [[alert("one", "11:00")]]
    polls = await polling.polls()

    await polls.poll(mine)
    polling.tables.work[KEY] = replace(polling.tables.work[KEY], due=0.0)
    output.settled = False
    await polls.poll(mine)
    polling.tables.work[KEY] = replace(polling.tables.work[KEY], due=0.0)
    await polls.poll(mine)

    assert [tuple(taken.unsettled) for taken in output.taken] == [("dead",), (), ("",)]
    assert [dict(taken.mark) for taken in output.taken[:2]] == [{}, {"default/default/alert": 1}]
    assert output.let == [True, True, True]
    output.taken[0].require()


async def test_a_poll_that_missed_something_is_not_complete(
    polling: Polling, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where an item's call failed, what a dead worker delivered of it may still come: outputs go on to expect it."""
    failed = ItemFailed('["1"]', {"id": "1"}, ConsoleError("GET /events: 500"))
    missed = Outcome(feed.walk("live"), Counts(), failed=(failed,))
    gone = replace(missed, failed=(failed._replace(error=NotFound("GET /events: 404")),))
    output = MovingOutput()
    polls = await polling.polls()
    for outcome in (missed, gone):

        async def told(*_: object, outcome: Outcome = outcome) -> list[Outcome]:
            return [outcome]

        monkeypatch.setattr("s1ecs.cluster.stream_poll.poll", told)
        polling.tables.work[KEY] = replace(polling.tables.work[KEY], due=0.0)
        await polls.poll(replace(feed, outputs=[output]))
    assert output.let == [False, True]


async def test_an_output_lets_go_of_a_feed_that_another_could_not_take_over(polling: Polling, feed: Feed) -> None:
    """Where one of two outputs can't take a feed over, neither keeps it, and nothing counts as settled."""
    good, bad = MovingOutput(), MovingOutput()
    bad.failure = OutputError("kafka: no broker answers")
    await (await polling.polls()).poll(replace(feed, outputs=[good, bad]))
    assert len(good.taken) == 1
    assert good.let == [False]
    assert polling.tables.work[KEY].unsettled == ("",)


async def test_an_output_that_can_not_take_over_is_tried_again(polling: Polling, feed: Feed) -> None:
    """While an output can't find out what was delivered nothing is polled, later and later, and nothing is settled."""
    output = MovingOutput()
    output.failure = OutputError("kafka: no broker answers")
    polls = await polling.polls()
    for seconds in (5, 10, 20):
        polling.tables.work[KEY] = replace(polling.tables.work[KEY], due=0.0)
        await polls.poll(replace(feed, outputs=[output]))
        assert seconds - 1 < polling.due_in <= seconds
    assert polling.tables.work[KEY].unsettled == ("",)
    assert (await polling.row()).reason == "kafka: no broker answers"


async def test_a_worker_disowns_a_poll_that_was_given_up_while_it_was_paused(
    polling: Polling, feed: Feed, console: ScriptedConsole
) -> None:
    """Whoever polls a stream next need not fence a worker that woke and is not at it any more."""
    polls = await polling.polls()

    class Paused:
        def step(self, *_: object) -> None:
            row = polling.tables.work[KEY]
            polling.tables.work[KEY] = replace(row, worker="", queued=None, began=None)

        def walked(self, *_: object) -> None:
            """Ignore it."""

    console.script = [[alert("one", "11:00")]]
    await polls.poll(replace(feed, watch=Paused()))
    assert polling.tables.work[KEY].unsettled == ("me",)
    await polls.disown()
    assert polling.tables.work[KEY].unsettled == ("",)
    assert not polls.unended
    assert not polls.polling


async def test_nothing_is_begun_while_it_is_disowned(
    polling: Polling, feed: Feed, console: ScriptedConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream can't be begun while it is saved that its last poll is over; a poll in progress is not disowned."""
    polls = await polling.polls()
    polls.unended.add(KEY)

    async def disown(_: object, keys: Collection[Key]) -> None:
        assert set(keys) == {KEY}
        await polls.poll(feed)

    with monkeypatch.context() as patched:
        patched.setattr(polling.work, "disown", disown)
        await polls.disown()
    assert not console.asked

    polls.unended.add(KEY)
    polls.polling.add(KEY)
    await polls.disown()
    assert polls.unended == {KEY}


async def test_a_worker_that_is_to_end_leaves_what_it_did_not_begin_at_once(
    polling: Polling, feed: Feed, console: ScriptedConsole
) -> None:
    """A stream whose job came to a worker that is to end is queued again at once."""
    polls = await polling.polls()
    await polling.work.claim(1)
    polling.stop.set()
    await polls.poll(feed)
    assert not console.asked
    assert await polling.work.claim(1) == [KEY.console]


async def test_a_worker_that_ends_leaves_the_rest_to_others(
    polling: Polling, feed: Feed, console: ScriptedConsole, output: RecordingOutput
) -> None:
    """A poll that was stopped behind a page is due at once, and the next one goes on from there."""
    console.script = [[alert("one", "11:00")], [alert("two", "11:01")]]
    polls = await polling.polls()

    class Stopping:
        def step(self, *_: object) -> None:
            polling.stop.set()

        def walked(self, *_: object) -> None:
            """Ignore it."""

    await polls.poll(replace(feed, watch=Stopping()))
    assert output.ids == ["one"]
    assert polling.due_in <= 0
    assert not polls.polling
    await polls.poll(feed)
    assert output.ids == ["one"]
