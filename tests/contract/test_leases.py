"""Leases: one owner at a time, who loses them when it dies."""

import asyncio

import pytest

from s1ecs.errors import WalkTaken
from s1ecs.state.state import State

from .kinds import WALK, Kind, opened

OTHER = WALK._replace(stream="threat")


async def test_one_owner_at_a_time(kind: Kind, state: State) -> None:
    """The second is refused until the first has ended; in one process, too."""
    async with opened(kind) as other:
        async with state.leases.held([WALK]):
            for second in (other, state):
                with pytest.raises(WalkTaken, match="one alert: already collected by process"):
                    async with second.leases.held([WALK]):
                        pass
        async with other.leases.held([WALK]):
            pass


async def test_other_walks_are_free(kind: Kind, state: State) -> None:
    """Another stream, console or walk is another lease."""
    async with opened(kind) as other, state.leases.held([WALK]):
        names = [OTHER, WALK._replace(console="two"), WALK._replace(walk="reread")]
        async with other.leases.held(names):
            with pytest.raises(WalkTaken):
                async with state.leases.held(names[:1]):
                    pass


async def test_all_or_none(kind: Kind, state: State) -> None:
    """If one of several is taken, the others are free again."""
    async with opened(kind) as other, state.leases.held([WALK]):
        with pytest.raises(WalkTaken):
            async with other.leases.held([OTHER, WALK]):
                pass
        async with state.leases.held([OTHER]):
            pass


async def test_an_error_ends_the_lease(state: State) -> None:
    """A lease ends with its context, however that ends."""
    with pytest.raises(ZeroDivisionError):
        async with state.leases.held([WALK]):
            raise ZeroDivisionError
    async with state.leases.held([WALK]):
        pass


async def test_a_process_that_dies_loses_its_leases(kind: Kind, state: State) -> None:
    """What another process holds is taken until that is killed; it is free at once, or soon where leases expire."""
    holder = kind.holder(WALK)
    await holder.start()
    try:
        with pytest.raises(WalkTaken):
            async with state.leases.held([WALK]):
                pass
        async with state.leases.held([OTHER]):
            pass
    finally:
        await holder.kill()
    await asyncio.sleep(kind.lease_life)
    async with state.leases.held([WALK]) as tenure:
        assert not tenure.is_lost
