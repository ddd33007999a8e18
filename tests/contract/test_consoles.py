"""Consoles, outputs and the collector's id: what a state knows of its surroundings."""

from s1ecs.state.checkpoints import Checkpoint, Commit, DeliveryCounts, EntityStates, ItemResults, SeenIds
from s1ecs.state.consoles import KnownConsole
from s1ecs.state.heartbeats import TokenExpiry
from s1ecs.state.inventory_rounds import Rounds
from s1ecs.state.state import State
from s1ecs.state.status import Key

from .kinds import NOW, WALK, Kind, opened
from .test_journal import ROW, document

ONE = KnownConsole("one", "zero", "one.example:443", frozenset({"account 1", "site 2"}), "2")


async def test_consoles_come_back(kind: Kind) -> None:
    """Known consoles are listed by name, with all that is known of them."""
    other = KnownConsole("another", "another")
    async with opened(kind) as state:
        await state.consoles.save(KnownConsole("one", "one"))
        await state.consoles.save(ONE)
        await state.consoles.save(other)
    async with opened(kind) as state:
        names = await state.consoles.names()
        assert (list(names.known), names.collected) == ([other, ONE], frozenset())
    assert list(kind.readable().consoles()) == [other, ONE]


async def test_a_console_with_a_checkpoint_was_collected(state: State, kind: Kind) -> None:
    """A walk that belongs to no console counts for none."""
    await state.checkpoints.commit(WALK, Commit({}))
    await state.checkpoints.commit(WALK._replace(console=""), Commit({}))
    assert (await state.consoles.names()).collected == {"one"}
    assert kind.readable().collected_consoles() == {"one"}
    assert list(await state.consoles.walks_of("one")) == [("alert", "live")]


async def test_a_renamed_console_keeps_its_whole_state(state: State, kind: Kind) -> None:
    """Everything that was kept under the old name is there under the new one, and nothing under the old."""
    failed = [("i", '"i"', "why", "1")]
    commit = Commit(
        {"at": 1},
        NOW,
        SeenIds([("a", "1")], backfilled=[("b", 0)]),
        EntityStates([("e", "s")], 2, rounds=Rounds(2)),
        ItemResults(failed=failed),
        counts=DeliveryCounts(1, 0, "1"),
    )
    await state.consoles.save(ONE)
    await state.checkpoints.commit(WALK, commit)
    await state.heartbeats.save_token("one", TokenExpiry(NOW, NOW))
    await state.journal.add(ROW, document("requested"), ["store"])
    renamed = await state.consoles.rename(ONE, "new")
    assert renamed == KnownConsole("new", "zero", ONE.address, ONE.ids, "2", moving="one")
    assert list((await state.consoles.names()).known) == [renamed]
    walk = WALK._replace(console="new")
    assert await state.checkpoints.load(walk) == Checkpoint({"at": 1}, NOW)
    assert await state.checkpoints.load(WALK) == Checkpoint()
    assert await state.checkpoints.known(walk, ["a", "b"]) == {"a", "b"}
    assert await state.checkpoints.states(walk, ["e"]) == {"e": "s"}
    assert await state.checkpoints.known_entities(walk) == (1, 2)
    assert await state.checkpoints.failed(walk, 9, ("9", "9")) == ['"i"']
    assert set(kind.readable().polls()) == {Key("new", "alert")}
    assert set(kind.readable().life().progress) == {Key("new", "alert")}
    assert set(await state.heartbeats.tokens()) == {"new"}
    row = await state.journal.load("a1")
    assert row is not None
    assert row.console == "new"
    assert await state.consoles.move_documents("one", "new") == 0


async def test_an_output_is_new_if_something_was_collected_before_it(state: State) -> None:
    """The first start, and a start before anything was collected, know no new output; a removed one is new again."""
    assert await state.outputs.note(["store"], "1") == []
    assert await state.outputs.note(["store", "files"], "2") == []
    await state.checkpoints.commit(WALK, Commit({}))
    assert await state.outputs.note(["store", "files", "search"], "3") == ["search"]
    assert await state.outputs.note(["store", "files", "search"], "4") == []
    assert await state.outputs.note(["store"], "5") == []
    assert await state.outputs.note(["store", "files"], "6") == ["files"]


async def test_the_collector_keeps_its_id(kind: Kind) -> None:
    """It is made once and is the same ever after."""
    async with opened(kind) as state:
        first = await state.collector_id()
        assert await state.collector_id() == first
    async with opened(kind) as state:
        assert await state.collector_id() == first
