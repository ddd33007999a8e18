"""What each output holds of a feed, whichever way it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from s1ecs.collect.feed import Feed
from s1ecs.outputs.held import Askable, AskableInCommit, Readable
from s1ecs.outputs.output import JoinsCommit, Output
from s1ecs.outputs.spool import AskableSpool


@dataclass(frozen=True)
class Holding:
    """One output that can be asked what it holds of one feed."""

    feed: Feed
    output: Output | JoinsCommit

    @property
    def name(self) -> str:
        """The output's name."""
        return self.output.name

    async def present(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of `ids` that the output holds."""
        console, stream = self.feed.console, self.feed.stream.name
        if isinstance(self.output, AskableInCommit):
            asked = partial(self.output.present_in, console=console, stream=stream, ids=ids)
            return await self.feed.checkpoints.ask(asked)
        if isinstance(self.output, Readable):
            good = await self.feed.checkpoints.ask(partial(self.output.good_in, stream=stream))
            return await self.feed.checkpoints.beside(partial(self.output.present_by_reading, stream, ids, good))
        assert isinstance(self.output, Askable)  # as holdings() chose it
        return await self.output.present(console, self.feed.namespace, stream, ids)

    async def present_for_now(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of `ids` that the output surely holds; who spills while it is down keeps nobody waiting for that."""
        if isinstance(self.output, AskableSpool):
            feed = self.feed
            return await self.output.present_for_now(feed.console, feed.namespace, feed.stream.name, ids)
        return await self.present(ids)


def holdings(feed: Feed, *, reading: bool = False) -> list[Holding]:
    """The feed's outputs that can be asked; with `reading` also those that must read all they wrote."""
    kinds = Askable | AskableInCommit | Readable if reading else Askable | AskableInCommit
    return [Holding(feed, output) for output in feed.outputs if isinstance(output, kinds)]
