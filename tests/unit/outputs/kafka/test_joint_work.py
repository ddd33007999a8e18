"""Work that is done once for all who ask for it before it begins."""

import asyncio
from collections.abc import Sequence

import pytest

from s1ecs.outputs.kafka.joint_work import JointWork


class Rounds:
    """Work whose rounds wait until they are let on."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, list[int]]] = []
        self.let_on = asyncio.Semaphore(0)
        self.given_up: list[str] = []

    async def do(self, key: str, items: Sequence[int]) -> int:
        """Do one round."""
        self.begun.append((key, list(items)))
        try:
            await self.let_on.acquire()
        except asyncio.CancelledError:
            self.given_up.append(key)
            raise
        if -1 in items:
            raise ValueError(key)
        return sum(items)


async def settle() -> None:
    """Let all tasks go as far as they can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_who_asks_while_a_round_is_at_work_gets_the_next_one() -> None:
    """Those who came before a round began share it, those who came later share another one that begins behind it."""
    rounds = Rounds()
    work = JointWork(rounds.do, 4)
    first = [asyncio.create_task(work.join("topic", number)) for number in (1, 2)]
    await settle()
    later = [asyncio.create_task(work.join("topic", number)) for number in (3, 4, 5)]
    await settle()
    assert rounds.begun == [("topic", [1, 2])]

    rounds.let_on.release()
    await settle()
    assert rounds.begun == [("topic", [1, 2]), ("topic", [3, 4, 5])]

    rounds.let_on.release()
    assert await asyncio.gather(*first, *later) == [3, 3, 12, 12, 12]


async def test_keys_go_side_by_side_up_to_a_limit() -> None:
    """Of three keys two are at work; whoever asks for the third meanwhile shares its round."""
    rounds = Rounds()
    work = JointWork(rounds.do, 2)
    tasks = [asyncio.create_task(work.join(key, 1)) for key in ("one", "two", "three")]
    await settle()
    tasks.append(asyncio.create_task(work.join("three", 2)))
    await settle()
    assert [key for key, _ in rounds.begun] == ["one", "two"]
    for _ in range(3):
        rounds.let_on.release()
    assert await asyncio.gather(*tasks) == [1, 1, 3, 3]


async def test_an_error_is_everyones() -> None:
    """A round that fails fails for all who share it, and the next one begins anew."""
    rounds = Rounds()
    work = JointWork(rounds.do, 4)
    tasks = [asyncio.create_task(work.join("topic", number)) for number in (-1, 2)]
    rounds.let_on.release()
    assert all(isinstance(each, ValueError) for each in await asyncio.gather(*tasks, return_exceptions=True))
    rounds.let_on.release()
    assert await work.join("topic", 7) == 7


async def test_a_round_is_given_up_when_the_last_one_leaves() -> None:
    """Whoever is cancelled leaves the round to the others; without any it ends, and nobody joins it any more."""
    rounds = Rounds()
    work = JointWork(rounds.do, 4)
    leaving, staying = [asyncio.create_task(work.join("topic", number)) for number in (1, 2)]
    await settle()
    leaving.cancel()
    await settle()
    assert not rounds.given_up

    staying.cancel()
    await settle()
    assert rounds.given_up == ["topic"]
    with pytest.raises(asyncio.CancelledError):
        await staying

    unbegun = asyncio.create_task(work.join("topic", 3))
    unbegun.cancel()
    await asyncio.gather(unbegun, return_exceptions=True)
    rounds.let_on.release()
    assert await work.join("topic", 4) == 4
    assert rounds.begun[-1] == ("topic", [4])
