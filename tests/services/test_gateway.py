"""What stands before a search server answers in its place, after the server did what it was asked."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from s1ecs.collect.upkeep.dead_letter_replay import retry
from s1ecs.errors import OutputError
from s1ecs.outputs.dead_letters import DeadLetterFiles, letters
from s1ecs.outputs.output import Batch, Entity, Output, RefusedDocument
from s1ecs.outputs.search.client.server import Reply
from servers.documents import ids
from servers.running import Running
from tests.services.conftest import SetUp
from tests.services.searching import Between, Rig, rigged

# By the server's own words, by others', and by none.
REJECTED = {"error": {"type": "es_rejected_execution_exception", "reason": "queue is full"}, "status": 429}
MESSAGE = {"message": "upstream request timeout"}
ANSWERS = (
    Reply(502, is_json=False),
    Reply(504, MESSAGE),
    Reply(429, REJECTED),
    Reply(429, MESSAGE),
    Reply(500, MESSAGE),
    Reply(503, is_json=False, retry_after=0.0),
    Reply(413, is_json=False),
    Reply(200, {"items": []}),
    Reply(200, is_json=False),
    Reply(403, is_json=False),
    Reply(302, is_json=False),
)


class Gateway:
    """Answers the next bulk requests itself, behind the server's back, which rolls the data stream over meanwhile."""

    def __init__(self, rig: Rig, between: Between, *answers: Reply) -> None:
        self._rig = rig
        self.left = list(answers)
        between.after = self.answer

    def answer(self, reply: Reply) -> Reply:
        """Its own answer, while there is one left."""
        if not self.left:
            return reply
        self._rig.roll_over()
        return self.left.pop(0)


@pytest.fixture
async def rig(search_server: Running, namespace: str) -> AsyncIterator[Rig]:
    """Outputs for a server that has a template."""
    async with rigged(search_server, namespace) as made:
        yield made


async def delivered(output: Output, batch: Batch) -> None:
    """Deliver a batch as a poll does, which comes again where an error ended it."""
    for _ in range(5):
        try:
            assert (await output.deliver(batch)).refused == ()
        except OutputError:
            continue
        return
    raise AssertionError("never delivered")


async def test_whatever_a_gateway_answers_nothing_is_doubled(rig: Rig) -> None:
    """A bulk that was taken, answered by something else, behind a rollover: each document is there once."""
    between = rig.server()
    output = rig.output(between)
    # Long after a start, when new documents are not looked for any more.
    await rig.begin(output, "2999-01-01T00:00:00Z")
    names = []
    for number, answer in enumerate(ANSWERS):
        gateway = Gateway(rig, between, answer)
        some = [f"{number} {each}" for each in range(5)]
        names += some
        await delivered(output, rig.batch(*some, moment="2999-01-01T00:00:00Z"))
        assert gateway.left == []
    copies = rig.copies()
    assert {name: copies[name] for name in names} == dict.fromkeys(names, 1)


async def test_only_an_items_own_429_says_that_nothing_was_done(rig: Rig) -> None:
    """Items without a verdict, with another one than 429, or told twice are looked for before they go again."""
    between = rig.server()
    output = rig.output(between)
    await rig.begin(output, "2999-01-01T00:00:00Z")

    def odd(reply: Reply) -> Reply:
        taken = reply.body["items"]
        failed: dict[str, Any] = {"create": {**taken[0]["create"], "status": 500, "error": {"type": "x"}}}
        return Reply(200, {"items": [taken[3], failed, taken[2], taken[2]]})

    def answer(reply: Reply) -> Reply:
        between.after = lambda later: later
        rig.roll_over()
        return odd(reply)

    between.after = answer
    names = ("a", "b", "c", "d", "e")
    assert (await output.deliver(rig.batch(*names, moment="2999-01-01T00:00:00Z"))).refused == ()
    copies = rig.copies()
    assert {name: copies[name] for name in names} == dict.fromkeys(names, 1)


async def test_dead_letters_again(rig: Rig, tmp_path: Path) -> None:
    """Letters that are delivered again behind a gateway are there once."""
    batch = rig.batch(*[f"n{number}" for number in range(5)])
    dead = DeadLetterFiles(tmp_path)
    dead.append(
        None, letters(batch, "search", [RefusedDocument(*each, "was refused") for each in batch.documents], "2026")
    )
    between = rig.server()
    await rig.output(between).deliver(rig.batch("other"))
    Gateway(rig, between, Reply(504, MESSAGE), Reply(502, is_json=False))
    [result] = await retry(dead, {"search": rig.output(between)}, [rig.name], "2026")
    assert (result.taken, result.refused, result.left) == (5, 0, 0)
    assert set(rig.copies().values()) == {1}


async def test_latest_states(rig: Rig, set_up: SetUp, namespace: str) -> None:
    """The index of latest states has one document a thing, the newest, whatever a gateway answers."""
    set_up(rig.running)
    between = rig.server()
    output = rig.output(between, latest=True)
    agents = Rig(rig.running, namespace, "agent")
    for version, answer in enumerate((Reply(502), Reply(429, MESSAGE), Reply(200, {"items": []}))):
        await delivered(output, agents.batch(f"first {version}"))
        Gateway(agents, between, answer, answer)
        states = agents.batch(f"state {version}")
        batch = Batch("one", namespace, "agent", states.documents, {f"state {version}": Entity("host", version)})
        await delivered(output, batch)
    assert set(agents.copies().values()) == {1}
    assert len(ids(rig.running, f"sentinel_one-agent-latest-{namespace}")) == 1
