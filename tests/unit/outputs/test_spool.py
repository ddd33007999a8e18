"""A spool: documents wait on disk for an output that does not take them, in their order, and none is lost."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from s1ecs.errors import OutputError
from s1ecs.outputs.dead_letters import DeadLetterFiles
from s1ecs.outputs.output import Batch, Delivered, Entity, lookup_of
from s1ecs.outputs.spool.spool import SpoolLimits
from s1ecs.records import exact
from s1ecs.state.outbox import Spooled, Waiting
from s1ecs.state.sqlite.database import Database
from s1ecs.state.sqlite.outbox import read_spools
from s1ecs.state.sqlite.poll_status import read_polls
from s1ecs.state.status import Key

from .moody import NOW, Moody, Rig, Telling, batch_of

MUCH = SpoolLimits(stall_after=60.0, size=1_000_000_000)
IMPATIENT = replace(MUCH, stall_after=0.02)


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """A spool before an output that is well, with all the time and room there is."""
    database = await Database.open(tmp_path)
    made = Rig(database, Telling(), MUCH)
    await made.spool.open({})
    yield made
    await made.spool.close()
    await database.close()


async def test_while_all_is_well_nothing_is_spooled(rig: Rig) -> None:
    """An output that takes documents gets them at once, and nothing is said; it is opened and closed with the spool."""
    await rig.give("a b")
    assert (list(rig.inner.took), await rig.waiting(), rig.lines) == (["a", "b"], [], [])
    assert (rig.spool.name, rig.inner.open_now) == ("search", True)
    await rig.spool.close()
    assert not rig.inner.open_now


async def test_documents_wait_in_order_and_arrive_in_order(rig: Rig) -> None:
    """Once one waits all later ones go behind it, though the output is well again; draining keeps their order."""
    rig.inner.mood = "dead"
    await rig.give("a b")
    rig.inner.mood = "well"
    rig.clock += 3600
    await rig.give("c")
    assert (list(rig.inner.took), await rig.waiting()) == ([], ["a", "b", "c"])
    assert await rig.spool.drain.once()
    assert (list(rig.inner.took), await rig.waiting()) == (["a", "b", "c"], [])
    await rig.give("d")
    assert list(rig.inner.took) == ["a", "b", "c", "d"]


async def test_a_stall_and_its_end_are_said_once(rig: Rig) -> None:
    """However many documents come, and however often it is tried again: a line when it begins, one when it ends."""
    rig.inner.mood = "dead"
    for name in "abc":
        await rig.give(name)
        rig.clock += 3600
        assert not await rig.spool.drain.once()
    assert rig.lines == ["search: does not accept documents, so they wait in the spool: connection refused"]
    rig.inner.mood = "well"
    await rig.spool.drain.once()
    assert rig.lines[1:] == ["search: accepts documents again; all waiting documents are delivered: 3"]


async def test_who_hangs_is_given_up_in_time(rig: Rig, tmp_path: Path) -> None:
    """An output that never answers holds a batch up for `stall_after`; what follows is not held up at all."""
    rig.limits = IMPATIENT
    spool = rig.process()
    rig.inner.mood = "hanging"
    await rig.give("a")
    asked = len(rig.inner.batches)
    await rig.give("b")
    assert len(rig.inner.batches) == asked
    assert await rig.waiting() == ["a", "b"]
    assert rig.lines == ["search: does not accept documents, so they wait in the spool: timed out after 0.02 seconds"]
    assert read_spools(tmp_path) == [Spooled("search", await spool.waiting(), NOW)]


class Mistaken(Moody):
    """An output with a mistake in it."""

    async def deliver(self, _batch: Batch) -> Delivered:
        """Raise what no output is to raise."""
        raise TimeoutError("its own")


async def test_a_time_out_of_the_output_itself_is_not_taken_for_ours(rig: Rig) -> None:
    """What is no OutputError is the output's mistake and goes on its way; what waits is tried again all the same."""
    rig.inner.mood = "dead"
    await rig.give("a")
    rig.inner = Mistaken()
    assert not await rig.process().drain.once()
    assert rig.lines[-1] == "search: draining the spool failed: TimeoutError('its own'); it will be retried"
    rig.inner = Mistaken("another")
    with pytest.raises(TimeoutError, match="its own"):
        await rig.process().deliver(batch_of("a"))


async def test_nothing_waits_before_its_commit(rig: Rig) -> None:
    """What was given to a spool and not committed is nowhere: the step comes again."""
    rig.inner.mood = "dead"
    delivered = await rig.spool.deliver(batch_of("a"))
    assert await rig.waiting() == []
    await rig.commit(delivered)
    assert await rig.waiting() == ["a"]


async def test_a_stall_with_nothing_waiting_is_tried_again(rig: Rig) -> None:
    """Where the commit failed nothing waits; after a while the output itself is tried, not the spool."""
    rig.inner.mood = "dead"
    await rig.spool.deliver(batch_of("a"))
    rig.inner.mood = "well"
    await rig.spool.deliver(batch_of("a"))
    assert not rig.inner.took
    rig.clock += 5
    assert not (await rig.spool.deliver(batch_of("a"))).writes
    assert list(rig.inner.took) == ["a"]
    assert rig.lines[-1] == "search: accepts documents again"


async def test_a_full_spool_holds_everything_up(rig: Rig) -> None:
    """What does not fit any more fails the whole commit; when there is room again it goes on."""
    rig.limits = replace(MUCH, size=40)
    rig.process()
    rig.inner.mood = "dead"
    await rig.give("a b")
    with pytest.raises(OutputError, match="search: its spool is full"):
        await rig.give("c d")
    assert await rig.waiting() == ["a", "b"]
    rig.inner.mood = "well"
    await rig.spool.drain.once()
    await rig.give("c d")
    assert list(rig.inner.took) == ["a", "b", "c", "d"]


async def test_a_batch_larger_than_the_spool_reaches_a_slow_output(rig: Rig) -> None:
    """Larger than `spill_size`, it waits alone, and an output that needs longer than `stall_after` gets it at last."""
    rig.limits = replace(IMPATIENT, size=20)
    rig.process()
    rig.inner.seconds = 0.1
    await rig.give("a b c d e f")
    with pytest.raises(OutputError, match="search: its spool is full"):
        await rig.give("g")
    while not await rig.spool.drain.once():
        rig.clock += 3600
    assert list(rig.inner.took) == ["a", "b", "c", "d", "e", "f"]
    assert await rig.waiting() == []


async def test_what_is_refused_late_is_among_the_dead_letters(rig: Rig, tmp_path: Path) -> None:
    """A document refused while draining is kept with its reason, counted, said, and costs no other document."""
    await rig.asked(
        lambda connection: connection.execute(
            "INSERT INTO polls (console, stream, polled, state, reason, documents) VALUES"
            " ('default', 'alert', '2026-01-31T11:00:00.000Z', 'ok', '', 3)"
        )
    )
    told: list[tuple[str, str, int]] = []
    rig.spool.drain.refusals = lambda *refused: told.append(refused)
    rig.inner.mood = "dead"
    await rig.give("a r b")
    rig.inner.mood = "well"
    await rig.spool.drain.once()
    assert list(rig.inner.took) == ["a", "b"]
    [letter] = DeadLetterFiles(tmp_path).read("alert")
    assert (letter.id, letter.output, letter.namespace, letter.reason) == ("r", "search", "blue", "no r")
    assert letter.time == "2026-01-31T12:00:00.000Z"
    assert read_polls(tmp_path)[Key("default", "alert")].refused == 1
    assert told == [("default", "alert", 1)]
    assert any("search refused waiting documents: 1" in line for line in rig.lines)


async def test_what_can_not_be_kept_as_a_dead_letter_stays(rig: Rig, tmp_path: Path) -> None:
    """Where dead letters can't be written nothing is taken out of the spool; it is said once, and tried again."""
    rig.inner.mood = "dead"
    await rig.give("a r")
    rig.inner.mood = "well"
    (tmp_path / "dead-letters").write_bytes(b"a file where the folder belongs")
    assert not await rig.spool.drain.once()
    assert not await rig.spool.drain.once()
    assert await rig.waiting() == ["a", "r"]
    assert sum("dead letters cannot be stored" in line for line in rig.lines) == 1
    (tmp_path / "dead-letters").unlink()
    assert await rig.spool.drain.once()
    assert [letter.id for letter in DeadLetterFiles(tmp_path).read("alert")] == ["r"]


async def test_draining_goes_on_where_it_failed(rig: Rig) -> None:
    """Pieces that were delivered are taken out one by one; a failure leaves the rest, in order."""
    rig.inner.mood = "dead"
    await rig.give("a", "alert")
    await rig.give("b", "threat")
    rig.inner.mood = "broken"
    assert not await rig.spool.drain.once()
    rig.inner.mood = "well"
    assert await rig.spool.drain.once()
    assert [(batch.stream, [name for name, _ in batch.documents]) for batch in rig.inner.batches] == [
        ("alert", ["a"]),
        ("alert", ["a"]),
        ("threat", ["b"]),
    ]


async def test_what_was_delivered_and_can_not_be_taken_out_is_not_delivered_again(rig: Rig) -> None:
    """While the disk has no room for the removal it is tried less and less often; the output has each piece once."""
    rig.inner.mood = "dead"
    await rig.give("a b")
    rig.inner.mood = "well"
    await rig.asked(
        lambda connection: connection.execute(
            "CREATE TRIGGER full BEFORE DELETE ON spooled BEGIN SELECT raise(ABORT, 'no room'); END"
        )
    )
    pauses = []
    for _ in range(9):
        assert not await rig.spool.drain.once()
        pauses.append(rig.spool.drain.pause)
    assert pauses[:3] == [5, 10, 20]
    assert pauses[-1] == 300
    assert len(rig.inner.batches) == 1
    assert sum("no room" in line for line in rig.lines) == 1
    await rig.asked(lambda connection: connection.execute("DROP TRIGGER full"))
    assert await rig.spool.drain.once()
    assert len(rig.inner.batches) == 1
    assert (await rig.waiting(), rig.spool.drain.pause) == ([], 5)


async def test_pieces_are_bounded(rig: Rig) -> None:
    """At most a thousand documents or five megabytes at once, of one feed, and no id twice."""
    rig.inner.mood = "dead"
    await rig.give_batch(batch_of([f"{number}x" for number in range(1500)]))
    await rig.give_batch(batch_of([f"{number}y" for number in range(8)], "threat", text="x" * 1_000_000))
    await rig.give_batch(batch_of(["1z"], "threat", text="x" * 6_000_000))
    await rig.give_batch(batch_of(["2z"], "threat"))
    await rig.give_batch(batch_of(["2z"], "threat"))
    rig.inner.mood = "well"
    await rig.spool.drain.once()
    assert [len(batch.documents) for batch in rig.inner.batches] == [1000, 500, 4, 4, 1, 1, 1]


async def test_one_process_drains_at_a_time(rig: Rig) -> None:
    """While another process drains, this one only puts more behind; it drains once the other has let go."""
    rig.inner.mood = "dead"
    await rig.give("a")
    rig.inner.mood = "hanging"
    other, mine = rig.spool, rig.process()
    at_work = asyncio.create_task(other.drain.once())
    while not rig.inner.batches:  # noqa: ASYNC110 - the output tells nobody
        await asyncio.sleep(0)
    rig.inner.mood = "well"
    assert not await mine.drain.once()
    await rig.give("b")
    assert await rig.waiting() == ["a", "b"]
    await other.drain.stop()
    await asyncio.gather(at_work, return_exceptions=True)
    assert await mine.drain.once()
    assert list(rig.inner.took) == ["a", "b"]


async def test_a_slow_output_gets_through_all_the_same(rig: Rig) -> None:
    """An output that needs longer than `stall_after` for a piece is given longer at each try, until it is done."""
    rig.limits = IMPATIENT
    rig.process()
    rig.inner.seconds = 0.3
    await rig.give("a")
    assert await rig.waiting() == ["a"]
    tries = 0
    while not await rig.spool.drain.once():
        tries += 1
        rig.clock += 3600
    assert tries > 1
    assert await rig.waiting() == []


async def test_what_waits_counts_as_held(rig: Rig) -> None:
    """Asked what it holds, a spool names what the output has and what waits, of that very feed; others it does not."""
    await rig.give("a")
    rig.inner.mood = "dead"
    await rig.give("b")
    asked = ["a", "b", "c"]
    assert await rig.spool.present("default", "blue", "alert", asked) == {"a", "b"}
    assert await rig.spool.present("default", "blue", "threat", asked) == {"a"}
    assert await rig.spool.present("default", "red", "alert", asked) == {"a"}
    rig.inner.mood = "well"
    assert await rig.spool.present("default", "blue", "alert", asked, for_now=True) == {"b"}
    rig.clock += 3600
    assert await rig.spool.present("default", "blue", "alert", asked, for_now=True) == {"a", "b"}
    rig.inner.mood, rig.inner.strict = "dead", True
    assert await rig.spool.present("default", "blue", "alert", asked, for_now=True) == {"b"}
    rig.inner = Moody()
    assert lookup_of(rig.process()) is None


async def test_documents_come_out_as_they_went_in(rig: Rig) -> None:
    """Numbers keep their text, whatever their size, and so does every character."""
    document = exact(b'{"a": 12345678901234567890123, "b": 1.10, "c": 1e400, "d": "\\u0000 \\ud83d\\ude00", "e": [{}]}')
    rig.inner.mood = "dead"
    await rig.give_batch(Batch("default", "blue", "alert", [("a", document)]))
    rig.inner.mood = "well"
    await rig.spool.drain.once()
    took = rig.inner.took["a"]
    assert took == document
    assert [took["a"].text, took["b"].text] == ["12345678901234567890123", "1.10"]


async def test_what_a_batch_says_of_its_things_is_kept(rig: Rig) -> None:
    """Which document is the latest state of which thing comes out of the spool as it went in."""
    rig.inner.mood = "dead"
    things = {"b": Entity("host 7", 1_769_860_800_000)}
    await rig.give_batch(replace(batch_of(["a", "b"]), things=things))
    rig.inner.mood = "well"
    await rig.spool.drain.once()
    assert rig.inner.batches[-1].things == things


async def test_the_disk_gets_its_room_back(rig: Rig) -> None:
    """When all is drained the database is about as small as before, and nothing counts as waiting."""
    empty = await rig.asked(lambda connection: connection.execute("PRAGMA page_count").fetchone()[0])
    rig.inner.mood = "dead"
    await rig.give_batch(batch_of([f"{number}" for number in range(500)], text="x" * 3000))
    full = await rig.asked(lambda connection: connection.execute("PRAGMA page_count").fetchone()[0])
    assert full > empty + 300
    assert (await rig.spool.waiting()).documents == 500
    rig.inner.mood = "well"
    await rig.spool.drain.once()
    after = await rig.asked(lambda connection: connection.execute("PRAGMA page_count").fetchone()[0])
    assert after < empty + 10
    assert await rig.spool.waiting() == Waiting(0, 0)


async def test_a_check_that_fails_makes_documents_wait(rig: Rig) -> None:
    """What the output's own check finds, or its silence, begins a stall; when it is well again the stall ends."""
    rig.limits = IMPATIENT
    spool = rig.process()
    for mood, reason in (("dead", "connection refused"), ("hanging", "timed out after 0.02 seconds")):
        rig.inner.mood = mood
        rig.clock += 3600
        await spool.check()
        assert spool.is_failing
        assert rig.lines[-1].endswith(reason)
    rig.inner.mood = "well"
    await spool.check()
    assert not spool.is_failing
    assert rig.lines[-1] == "search: accepts documents again"


async def test_what_waits_is_said_at_the_start(rig: Rig, tmp_path: Path) -> None:
    """A process that begins says how many documents wait and since when."""
    assert read_spools(tmp_path / "nothing here") == []
    rig.inner.mood = "dead"
    await rig.give("a b")
    rig.lines.clear()
    await rig.process().open({})
    assert rig.lines == ["search: documents waiting since 2026-01-31T12:00:00Z: 2"]


async def test_spools_of_two_outputs_are_two(rig: Rig) -> None:
    """Each output has documents, a limit and an order of its own."""
    rig.inner.mood = "dead"
    await rig.give("a")
    other = Rig(rig.database, Moody("files"), replace(MUCH, size=40))
    other.inner.mood = "dead"
    await other.give("b c")
    other.inner.mood = "well"
    assert await other.spool.drain.once()
    assert list(other.inner.took) == ["b", "c"]
    assert await rig.waiting() == ["a"]
