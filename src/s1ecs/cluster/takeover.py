"""Takeover of a feed by an output that must know which feeds are its own."""

from collections.abc import Callable, Sequence
from functools import partial

from s1ecs.outputs.output import SupportsTakeover, Takeover, feed_key
from s1ecs.state.state import State


async def take_over(
    output: SupportsTakeover,
    feed: tuple[str, str, str],
    state: State,
    unsettled: Sequence[str],
    require: Callable[[], None],
) -> None:
    """Tell an output where a feed (console, namespace, stream) is, and who may have delivered beyond that."""
    load = partial(state.output_marks.load, output=output.name, keys=[feed_key(*feed)])
    mark = await state.run(load, durable=False)
    await output.take_over(Takeover(*feed, mark, unsettled, require))
