import asyncio
from collections.abc import Collection, Sequence
from typing import Any

import pytest

from s1ecs.errors import ApiProblem, ConsoleError, Forbidden, Refused, TooLarge, Unauthorized, Unreachable
from s1ecs.respond.batched_reads import BatchedReads, can_be_batched
from s1ecs.respond.trackers import ReadRequest


class _Lists:
    """A console that answers by the ids it is asked for; `error` comes instead if one of `wrong` is among them."""

    def __init__(self, error: ConsoleError | None = None, wrong: Collection[str] = ()) -> None:
        self.error = error
        self.wrong = frozenset(wrong)
        self.asked: list[ReadRequest] = []
        self.reads = BatchedReads(self._whole, lambda _: asyncio.sleep(0))

    async def _whole(self, read: ReadRequest) -> Sequence[Any]:
        self.asked.append(read)
        ids = (read.params.get("ids") or read.params["agentIds"]).split(",")
        if self.error is not None and self.wrong.intersection(ids):
            raise self.error
        made = [{"id": each, "agentId": each, "createdAt": "2026-01-31T12:00:05.5Z"} for each in ids]
        return [*made, {"id": "of nobody", "agentId": None}]


def _host(number: int) -> ReadRequest:
    return ReadRequest("/agents", {"ids": str(number), "isDecommissioned": "True,False"})


def _activities(number: int, since: str) -> ReadRequest:
    return ReadRequest("/activities", {"agentIds": str(number), "createdAt__gte": since, "limit": "1000"})


async def test_reads_at_one_time_are_one_request_for_each_list() -> None:
    """Up to a hundred hosts go together, each gets its own records, and activities only from its own time on."""
    lists = _Lists()
    early, late = "2026-01-31T12:00:00Z", "2026-01-31T12:00:06Z"
    times = [early if number % 2 else late for number in range(4)]
    answers = await asyncio.gather(
        *(lists.reads.read(_host(number)) for number in range(150)),
        *(lists.reads.read(_activities(number, since)) for number, since in enumerate(times)),
    )
    assert [answer[0]["id"] for answer in answers[:150]] == [str(number) for number in range(150)]
    assert all(len(answer) == 1 for answer in answers[:150])
    assert [len(answer) for answer in answers[150:]] == [0, 1, 0, 1]
    assert sorted((read.path, len(read.params.get("ids", "").split(","))) for read in lists.asked) == [
        ("/activities", 1),
        ("/agents", 50),
        ("/agents", 100),
    ]
    assert {read.params.get("createdAt__gte") for read in lists.asked} == {None, early}


async def test_an_id_that_the_console_does_not_take_spoils_no_other() -> None:
    """What is refused together is asked by halves, so that one wrong id of a hundred costs few requests."""
    lists = _Lists(Refused("an id is wrong", problem=ApiProblem(400)), {"17"})
    answers = await asyncio.gather(*(lists.reads.read(_host(number)) for number in range(100)), return_exceptions=True)
    assert isinstance(answers[17], Refused)
    assert all(isinstance(each, list) for number, each in enumerate(answers) if number != 17)
    assert len(lists.asked) < 20


@pytest.mark.parametrize("problem", [Unreachable("down"), Forbidden("no"), Unauthorized("no"), TooLarge("so many")])
async def test_an_error_that_no_id_caused_is_for_all(problem: ConsoleError) -> None:
    """A console that can't be reached, or a token that may not read the list, is not asked again for each id."""
    lists = _Lists(problem, {"1"})
    results = await asyncio.gather(*(lists.reads.read(_host(number)) for number in range(4)), return_exceptions=True)
    assert [type(each) for each in results] == [type(problem)] * 4
    assert len(lists.asked) == 1


@pytest.mark.parametrize(
    "read",
    [ReadRequest("/agents", {"computerName": "ws-1"}), ReadRequest("/agents", {"ids": "1,2"}), ReadRequest("/groups")],
)
def test_only_reads_of_one_id_are_joined(read: ReadRequest) -> None:
    """A name, several ids and other lists are asked as they are."""
    assert not can_be_batched(read)
    assert can_be_batched(_host(1))
