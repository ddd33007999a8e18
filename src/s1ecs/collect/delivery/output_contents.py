"""Contents of each output, as far as it can be asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from s1ecs.collect.feed import Feed
from s1ecs.outputs.output import SupportsLookup, lookup_of


@dataclass(frozen=True)
class OutputContents:
    """The documents of one feed in one output that can be asked for them."""

    feed: Feed
    output: SupportsLookup

    @property
    def name(self) -> str:
        """The output's name."""
        return self.output.name

    async def present(self, ids: Sequence[str], *, for_now: bool = False) -> frozenset[str]:
        """Return those of `ids` that the output holds.

        `for_now`: an output that has an outbox while it is down holds up nobody, and what it can't tell is left out.
        """
        feed = self.feed
        return await self.output.present(feed.console, feed.namespace, feed.stream.name, ids, for_now=for_now)


def output_contents(feed: Feed, *, reading: bool = False) -> list[OutputContents]:
    """Return the feed's outputs that can be asked; with `reading` also those that must read all they wrote."""
    found = (lookup_of(output, reading=reading) for output in feed.outputs)
    return [OutputContents(feed, output) for output in found if output is not None]
