"""A spool in every order of events: deliveries, failures, lost commits, drains, crashes, another process."""

import asyncio
import tempfile
from collections import defaultdict
from itertools import count
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from s1ecs.errors import OutputError
from s1ecs.outputs.dead_letters import DeadLetterFiles
from s1ecs.outputs.output import Batch
from s1ecs.outputs.spool.spool import SpoolLimits
from s1ecs.state.sqlite.database import Database
from s1ecs.state.sqlite.outbox import SqliteOutbox

from .moody import Moody, Rig, batch_of

_LIMITS = SpoolLimits(stall_after=0.01, size=150)
_STREAMS = ("alert", "threat")
_MOODS = ("well", "dead", "broken", "hanging")

_WHAT = ("deliver", "deliver", "lose commit", "drain", "drain and deliver", "crash")
_EVENTS = st.builds(
    lambda *event: event,
    st.sampled_from(_WHAT),
    st.sampled_from(_STREAMS),
    st.sampled_from(_MOODS),
    st.sampled_from((0, 1)),
)
Event = tuple[str, str, str, int]


class Story:
    """What happened: which documents each stream had to deliver, in order, and which of these were committed."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.committed: defaultdict[str, list[str]] = defaultdict(list)
        self.refused: set[str] = set()
        self._pending: dict[str, Batch] = {}
        self._numbers = count()

    async def happen(self, event: str, stream: str, mood: str = "well", wait: int = 1) -> None:
        """One event, in the mood that the output is in then, and after a while or at once."""
        self.rig.inner.mood = mood
        self.rig.clock += 60 * wait
        if event == "deliver":
            await self.deliver(stream)
        elif event == "lose commit":
            await self.rig.spool.deliver(self.step(stream))
        elif event == "drain":
            await self.rig.spool.drain.once()
        elif event == "drain and deliver":
            await asyncio.gather(self.rig.spool.drain.once(), self.deliver(stream))
        elif event == "crash":
            await self.rig.spool.drain.stop()
            self.rig.process()
        await self.hold()

    def step(self, stream: str) -> Batch:
        """The stream's next batch, the same one until it is committed; some of its documents will be refused."""
        if stream not in self._pending:
            numbers = [next(self._numbers) for _ in range(3)]
            names = [f"{stream}{number}{'r' * (number % 5 == 0)}" for number in numbers]
            self._pending[stream] = batch_of(names, stream)
        return self._pending[stream]

    async def deliver(self, stream: str) -> None:
        """As collecting does it: the checkpoint moves with the commit or not at all."""
        batch = self.step(stream)
        delivered = await self.rig.spool.deliver(batch)
        try:
            await self.rig.commit(delivered)
        except OutputError:
            return
        self.refused |= {each.id for each in delivered.refused}
        self.committed[stream] += [identity for identity, _ in batch.documents]
        del self._pending[stream]

    async def hold(self) -> None:
        """What is so at every moment: the bound, each stream's order, and that all committed is somewhere durable."""
        waiting = await self.rig.waiting()
        totals = await self.rig.asked(lambda connection: SqliteOutbox().waiting(connection, "search"))
        assert totals.bytes <= _LIMITS.size
        assert totals.documents == len(waiting)
        letters = {letter.id for stream in _STREAMS for letter in self._letters.read(stream)} | self.refused
        for stream in _STREAMS:
            committed = self.committed[stream]
            assert set(committed) <= set(waiting) | set(self.rig.inner.took) | letters
            assert [name for name in waiting if name.startswith(stream)] == committed[
                len(committed) - sum(name.startswith(stream) for name in waiting) :
            ]
            # What was not committed was at most tried: it never overtakes what was.
            took = [name for name in self.rig.inner.took if name.startswith(stream)]
            steps = [*committed, *(name for name, _ in self.step(stream).documents)]
            assert took == [name for name in steps if name in self.rig.inner.took]

    @property
    def _letters(self) -> DeadLetterFiles:
        return DeadLetterFiles(self.rig.database.path.parent)


async def _play(events: list[Event], folder: Path) -> None:
    database = await Database.open(folder)
    try:
        story = Story(Rig(database, Moody(), _LIMITS))
        for event in events:
            await story.happen(*event)
        for last in ("drain", "deliver", "drain"):
            for stream in _STREAMS:
                await story.happen(last, stream)
            while await story.rig.waiting():
                await story.happen("drain", "")
        everything = {name for stream in _STREAMS for name in story.committed[stream]}
        arrived = story.rig.inner.took.keys()
        assert everything - arrived == {name for name in everything if name.endswith("r")}
        assert not arrived - everything
        await story.rig.spool.close()
    finally:
        await database.close()


@settings(max_examples=30)
@given(st.lists(_EVENTS, max_size=25))
def test_nothing_is_lost_overtaken_or_delivered_uncommitted(events: list[Event]) -> None:
    """Whatever happens in whatever order: each stream's documents arrive once, in order, and the bound is kept."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(events, Path(folder)))
