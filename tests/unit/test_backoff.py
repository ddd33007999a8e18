"""Waits that grow from one failure to the next."""

import pytest

from s1ecs.backoff import BackOff


def test_waits_grow_up_to_the_longest() -> None:
    """Each is twice the one before, and none is longer than the longest."""
    back_off = BackOff(5, 60)
    assert [back_off.next() for _ in range(6)] == [5, 10, 20, 40, 60, 60]


def test_a_reset_begins_anew() -> None:
    """The last wait is known until a reset, after which the first one comes again."""
    back_off = BackOff(1, 32, factor=4)
    assert [back_off.current, back_off.next(), back_off.next(), back_off.current] == [0, 1, 4, 4]
    back_off.reset()
    assert [back_off.current, back_off.next()] == [0, 1]


@pytest.mark.parametrize(("number", "waits"), [(0.0, [0.25, 0.5, 30]), (1.0, [0.5, 1, 60])])
def test_chance_shortens_a_wait_by_half_at_most(number: float, waits: list[float]) -> None:
    """The wait lies between half and all of what it would be."""
    back_off = BackOff(0.5, 60, random=lambda: number)
    assert [back_off.seconds(0), back_off.seconds(1), back_off.seconds(8)] == waits


def test_failures_without_end() -> None:
    """However many failures came before, the wait is the longest."""
    assert BackOff(0.5, 60).seconds(100_000) == 60
