"""Transactions of whatever shares the state."""

import pytest

from s1ecs.state.state import State


async def test_work_answers(state: State) -> None:
    """What the work returns is the answer."""
    assert await state.run(lambda _: 7) == 7
    assert await state.run(lambda _: 7, durable=False) == 7
    assert await state.run_blocking(lambda: 7) == 7


async def test_an_error_in_the_work_comes_out(state: State) -> None:
    """It reaches the caller as it was raised, and the state can be used afterwards."""
    with pytest.raises(ZeroDivisionError):
        await state.run(lambda _: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        await state.run_blocking(lambda: 1 // 0)
    assert await state.run(lambda _: 7) == 7
