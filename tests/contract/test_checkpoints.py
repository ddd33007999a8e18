"""Checkpoints: what a commit saves, all of it or nothing, whatever keeps it."""

from datetime import timedelta

import pytest

from s1ecs.errors import DeliveredMeanwhile
from s1ecs.state.checkpoints import (
    NEVER_SEEN_WHOLE,
    Checkpoint,
    Commit,
    DeliveryCounts,
    EntityStates,
    ItemResults,
    SeenIds,
)
from s1ecs.state.inventory_rounds import RoundDoubt, Rounds
from s1ecs.state.seen_marks import ALWAYS, version_mark
from s1ecs.state.state import State
from s1ecs.state.status import Key
from s1ecs.state.transaction import Transaction

from .kinds import NOW, WALK, Kind, opened

BACKFILL = WALK._replace(walk="backfill 2026-01")
NEVER = ("9999", "9999")


async def test_before_the_first_commit(state: State) -> None:
    """A new state knows nothing of a walk."""
    assert await state.checkpoints.load(WALK) == Checkpoint()
    assert await state.checkpoints.known(WALK, ["a"]) == frozenset()
    assert await state.checkpoints.states(WALK, ["a"]) == {}
    assert await state.checkpoints.rounds(WALK) == Rounds()
    assert await state.checkpoints.known_entities(WALK) == (0, 0)
    assert await state.checkpoints.failed(WALK, 9, NEVER) == []


async def test_a_position_outlives_its_process(kind: Kind) -> None:
    """Position and next due time come back as they were, for this walk alone."""
    position = {"first": "2026-01-31T00:00:00.000Z", "window": {"phase": 1, "cursor": None}, "left": ["a", "b"]}
    async with opened(kind) as state:
        await state.checkpoints.commit(WALK, Commit(position, NOW))
    async with opened(kind) as state:
        assert await state.checkpoints.load(WALK) == Checkpoint(position, NOW)
        assert await state.checkpoints.load(BACKFILL) == Checkpoint()


async def test_the_next_due_time_stays_until_another_is_set(state: State) -> None:
    """A step in the middle of a walk leaves it as it was."""
    await state.checkpoints.commit(WALK, Commit({"at": 1}, NOW))
    await state.checkpoints.commit(WALK, Commit({"at": 2}))
    assert await state.checkpoints.load(WALK) == Checkpoint({"at": 2}, NOW)
    await state.checkpoints.commit(WALK, Commit({"at": 3}, NOW + timedelta(hours=1)))
    assert await state.checkpoints.load(WALK) == Checkpoint({"at": 3}, NOW + timedelta(hours=1))


async def test_nothing_of_a_commit_is_saved_if_a_write_raises(state: State, kind: Kind) -> None:
    """Position, ids, entities, rounds, items and counts stay as they were, and so does what an earlier write did."""
    await state.checkpoints.commit(WALK, Commit({"at": 1}, counts=DeliveryCounts(1, 0, "1")))
    before = kind.readable().polls()

    def fail(_: Transaction) -> None:
        raise ValueError("full")

    failing = Commit(
        {"at": 2},
        NOW,
        SeenIds([("a", "1")], backfilled=[("b", 1)]),
        EntityStates([("e", "s")], 3, rounds=Rounds(3)),
        ItemResults([("i", "v")], [("j", "{}", "why", "5")]),
        [lambda _: None, fail],
        DeliveryCounts(5, 2, "2"),
    )
    with pytest.raises(ValueError, match="full"):
        await state.checkpoints.commit(WALK, failing)
    assert await state.checkpoints.load(WALK) == Checkpoint({"at": 1})
    assert await state.checkpoints.known(WALK, ["a", "b"]) == frozenset()
    assert await state.checkpoints.states(WALK, ["e"]) == {}
    assert await state.checkpoints.rounds(WALK) == Rounds()
    assert await state.checkpoints.unchanged(WALK, {"i": "v"}) == frozenset()
    assert await state.checkpoints.failed(WALK, 9, NEVER) == []
    assert kind.readable().polls() == before
    await state.checkpoints.commit(WALK, Commit({"at": 2}, seen=SeenIds([("a", "1")])))
    assert await state.checkpoints.known(WALK, ["a"]) == {"a"}


async def test_a_process_that_dies_in_a_commit_leaves_nothing_of_it(kind: Kind) -> None:
    """The next process finds the checkpoint of the last whole commit, and can commit at once."""
    async with opened(kind) as state:
        await state.checkpoints.commit(WALK, Commit({"at": "before"}))
    await kind.die_in_commit(WALK, "lost")
    async with opened(kind) as state:
        assert await state.checkpoints.load(WALK) == Checkpoint({"at": "before"})
        assert await state.checkpoints.known(WALK, ["lost"]) == frozenset()
        assert await state.outputs.note(["half"], "now") == []
        await state.checkpoints.commit(WALK, Commit({"at": "after"}))
        assert await state.checkpoints.load(WALK) == Checkpoint({"at": "after"})


async def test_ids_are_known_to_all_walks_of_their_stream(state: State) -> None:
    """What one walk delivered no other walk of the stream delivers, but other streams and consoles do."""
    await state.checkpoints.commit(WALK, Commit({}, seen=SeenIds([("a", "1")])))
    await state.checkpoints.commit(BACKFILL, Commit({}, seen=SeenIds(backfilled=[("b", 0)])))
    ids = ["a", "b", "c"]
    assert await state.checkpoints.known(WALK, ids) == {"a", "b"}
    assert await state.checkpoints.known(BACKFILL, ids) == {"a", "b"}
    assert await state.checkpoints.known(WALK._replace(stream="threat"), ids) == frozenset()
    assert await state.checkpoints.known(WALK._replace(console="two"), ids) == frozenset()


async def test_old_ids_are_forgotten(state: State) -> None:
    """Those of an earlier time than the bound go; marks in place of a time stay, and so do other streams' ids."""
    seen = SeenIds([("a", "2026-01-01"), ("b", "2026-01-02"), ("c", ALWAYS), ("d", version_mark("i", "v"))])
    other = WALK._replace(stream="threat")
    await state.checkpoints.commit(WALK, Commit({}, seen=seen))
    await state.checkpoints.commit(other, Commit({}, seen=SeenIds([("a", "2026-01-01")])))
    await state.checkpoints.commit(WALK, Commit({}, seen=SeenIds(forget_before="2026-01-02")))
    assert await state.checkpoints.known(WALK, ["a", "b", "c", "d"]) == {"b", "c", "d"}
    assert await state.checkpoints.known(other, ["a"]) == {"a"}


async def test_the_first_time_of_an_id_counts(state: State) -> None:
    """An id that comes again with a later time is forgotten with the first."""
    await state.checkpoints.commit(WALK, Commit({}, seen=SeenIds([("a", "1")])))
    await state.checkpoints.commit(WALK, Commit({}, seen=SeenIds([("a", "3")])))
    await state.checkpoints.commit(WALK, Commit({}, seen=SeenIds(forget_before="2")))
    assert await state.checkpoints.known(WALK, ["a"]) == frozenset()


async def test_slices_are_forgotten_by_their_own_walk(state: State) -> None:
    """A backfill that ends a slice forgets its ids, not those of a later slice or of another backfill."""
    other = WALK._replace(walk="backfill 2025-12")
    await state.checkpoints.commit(BACKFILL, Commit({}, seen=SeenIds(backfilled=[("a", 0), ("b", 1)])))
    await state.checkpoints.commit(other, Commit({}, seen=SeenIds(backfilled=[("c", 0)])))
    await state.checkpoints.commit(BACKFILL, Commit({}, seen=SeenIds(forget_slices=1)))
    assert await state.checkpoints.known(WALK, ["a", "b", "c"]) == {"b", "c"}


async def test_an_id_that_another_walk_delivered_meanwhile_refuses_the_commit(kind: Kind) -> None:
    """Nothing of the commit is saved, and without that id it is."""
    async with opened(kind) as state, opened(kind) as other:
        await other.checkpoints.commit(BACKFILL, Commit({}, seen=SeenIds([("a", "1")])))
        late = SeenIds([("a", "1"), ("b", "1")], unknown=frozenset({"a", "b"}))
        with pytest.raises(DeliveredMeanwhile, match="one alert"):
            await state.checkpoints.commit(WALK, Commit({"at": 1}, seen=late))
        assert await state.checkpoints.load(WALK) == Checkpoint()
        assert await state.checkpoints.known(WALK, ["b"]) == frozenset()
        await state.checkpoints.commit(WALK, Commit({}, seen=SeenIds([("b", "1")], unknown=frozenset({"b"}))))


async def test_a_state_that_another_walk_delivered_meanwhile_refuses_the_commit(kind: Kind) -> None:
    """An entity must have the state that it had when the walk looked, or none if it had none."""
    async with opened(kind) as state, opened(kind) as other:
        await other.checkpoints.commit(BACKFILL, Commit({}, entities=EntityStates([("e", "new")])))
        for before in (None, "old"):
            late = EntityStates([("e", "mine")], before={"e": before})
            with pytest.raises(DeliveredMeanwhile):
                await state.checkpoints.commit(WALK, Commit({"at": 1}, entities=late))
        assert await state.checkpoints.states(WALK, ["e"]) == {"e": "new"}
        await state.checkpoints.commit(WALK, Commit({}, entities=EntityStates([("e", "mine")], before={"e": "new"})))
        assert await state.checkpoints.states(WALK, ["e", "f"]) == {"e": "mine"}


async def test_entities_are_counted_by_the_round_that_saw_them_last(state: State) -> None:
    """A later round moves an entity, an earlier one does not; what is before the completed round is gone."""
    await state.checkpoints.commit(WALK, Commit({}, entities=EntityStates([("a", "1"), ("b", "1"), ("c", "1")], 1)))
    await state.checkpoints.commit(WALK, Commit({}, entities=EntityStates([("a", "1"), ("b", "2")], 2)))
    await state.checkpoints.commit(WALK, Commit({}, entities=EntityStates([("a", "0")], NEVER_SEEN_WHOLE)))
    assert await state.checkpoints.states(WALK, ["a", "b", "c"]) == {"a": "0", "b": "2", "c": "1"}
    assert await state.checkpoints.count_entities(WALK, 1, 2) == 1
    assert await state.checkpoints.count_entities(WALK, 2, 3) == 2
    assert await state.checkpoints.known_entities(WALK) == (3, 2)
    await state.checkpoints.commit(WALK, Commit({}).completing(Rounds(2)))
    assert await state.checkpoints.known_entities(WALK) == (2, 2)


async def test_what_was_only_backfilled_is_in_no_round(state: State) -> None:
    """It is never counted as gone."""
    await state.checkpoints.commit(BACKFILL, Commit({}, entities=EntityStates([("a", "1")], NEVER_SEEN_WHOLE)))
    assert await state.checkpoints.count_entities(WALK, 0, 9) == 0
    assert await state.checkpoints.known_entities(WALK) == (0, 0)


@pytest.mark.parametrize("rounds", [Rounds(4), Rounds(4, RoundDoubt(5, 200, 150))])
async def test_rounds_come_back(kind: Kind, rounds: Rounds) -> None:
    """Rounds are kept for the stream, with their doubt, which the status shows."""
    async with opened(kind) as state:
        await state.checkpoints.commit(WALK, Commit({}, counts=DeliveryCounts(1, 0, "1")).completing(rounds))
    async with opened(kind) as state:
        assert await state.checkpoints.rounds(BACKFILL) == rounds
    assert kind.readable().polls()[Key("one", "alert")].doubt == rounds.doubt


async def test_items_that_were_read_are_known_by_their_version(state: State) -> None:
    """An item is unchanged as long as it has the version; without a version nothing is kept of it."""
    await state.checkpoints.commit(WALK, Commit({}, items=ItemResults([("a", "1"), ("b", "1"), ("c", None)])))
    await state.checkpoints.commit(WALK, Commit({}, items=ItemResults([("b", "2")])))
    assert await state.checkpoints.unchanged(WALK, {"a": "1", "b": "1", "c": "1"}) == {"a"}
    assert await state.checkpoints.unchanged(WALK, {"b": "2"}) == {"b"}
    await state.checkpoints.commit(WALK, Commit({}, items=ItemResults([("a", None)])))
    assert await state.checkpoints.unchanged(WALK, {"a": "1"}) == frozenset()


async def test_ids_of_another_version_are_forgotten(state: State) -> None:
    """Ids that are held until an item has another version go with it, and no others."""
    seen = SeenIds([("x", version_mark("a", "1")), ("y", version_mark("b", "1"))])
    await state.checkpoints.commit(WALK, Commit({}, seen=seen, items=ItemResults([("a", "1"), ("b", "1")])))
    await state.checkpoints.commit(WALK, Commit({}, items=ItemResults([("a", "2"), ("b", "1")])))
    assert await state.checkpoints.known(WALK, ["x", "y"]) == {"y"}


async def test_failed_items_are_retried_the_longest_untried_first(state: State) -> None:
    """A limit, and the items tried between two times, leave the others; a failed item has no version."""
    failed = [("b", '"b"', "why", "2"), ("a", '"a"', "why", "1"), ("c", '"c"', "why", "3")]
    await state.checkpoints.commit(WALK, Commit({}, items=ItemResults([("a", "1")])))
    await state.checkpoints.commit(WALK, Commit({}, items=ItemResults(failed=failed)))
    assert await state.checkpoints.failed(WALK, 9, NEVER) == ['"a"', '"b"', '"c"']
    assert await state.checkpoints.failed(WALK, 1, NEVER) == ['"a"']
    assert await state.checkpoints.failed(WALK, 9, ("2", "3")) == ['"a"']
    assert await state.checkpoints.failed(WALK._replace(stream="threat"), 9, NEVER) == []
    assert await state.checkpoints.unchanged(WALK, {"a": "1"}) == frozenset()


async def test_a_failed_item_is_retried_until_it_was_read_or_is_listed_no_more(state: State, kind: Kind) -> None:
    """Success removes it, and so does a list without it; the status counts what is left."""
    failed = [("a", '"a"', "why", "1"), ("b", '"b"', "why", "1"), ("c", '"c"', "why", "3")]
    counts = DeliveryCounts(1, 0, "1")
    await state.checkpoints.commit(WALK, Commit({}, items=ItemResults(failed=failed), counts=counts))
    assert kind.readable().polls()[Key("one", "alert")].to_ask_again == 3
    await state.checkpoints.commit(WALK, Commit({}, items=ItemResults([("a", "1")])))
    assert await state.checkpoints.failed(WALK, 9, NEVER) == ['"b"', '"c"']
    await state.checkpoints.commit(WALK, Commit({}, items=ItemResults(listed_since="2")))
    assert await state.checkpoints.failed(WALK, 9, NEVER) == ['"c"']
    assert await state.checkpoints.unchanged(WALK, {"a": "1"}) == {"a"}
    assert kind.readable().polls()[Key("one", "alert")].to_ask_again == 1
