"""Spools while collecting: one output's trouble, all the others' documents."""

import asyncio
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from s1ecs.bootstrap.outputs import open_outputs
from s1ecs.bootstrap.spools import draining, try_once_more, with_outbox
from s1ecs.collect.feed import Feed
from s1ecs.collect.outcome import Outcome
from s1ecs.collect.poll import poll
from s1ecs.collect.upkeep.dead_letter_replay import retry
from s1ecs.errors import OutputError
from s1ecs.outputs.dead_letters import DeadLetterFiles
from s1ecs.outputs.output import Batch, Delivered, Output
from s1ecs.outputs.spool.drained import DrainedOutput
from s1ecs.outputs.spool.spool import Spool
from s1ecs.outputs.store import Store, insert
from s1ecs.settings import OutputSettings
from s1ecs.state.checkpoints import LIVE
from s1ecs.state.retention import PruneCursor
from s1ecs.state.sqlite.database import Database
from s1ecs.state.sqlite.document_retention import prune_step, used_bytes
from s1ecs.state.sqlite.outbox import read_spools
from s1ecs.state.sqlite.state import SqliteState
from s1ecs.state.sqlite.transaction import connection_of

from .conftest import RecordingOutput, ScriptedConsole, alert

DEAD = OutputError("recording: connection refused")
SPILL = {"on_stall": "spill", "stall_after": timedelta(seconds=60), "spill_size": 1_000_000_000}


class Hanging(RecordingOutput):
    """An output that never says whether it took what it was given."""

    async def deliver(self, batch: Batch) -> Delivered:
        """Take it and say nothing."""
        await super().deliver(batch)
        await asyncio.Event().wait()
        raise AssertionError


def boxed(output: Output, database: Database, values: Mapping[str, Any]) -> DrainedOutput:
    """The output with its outbox, as its settings say."""
    letters = DeadLetterFiles(database.path.parent)
    settings = OutputSettings(type="x", values=values)
    return with_outbox(output, settings, SqliteState(database), letters, structlog.get_logger())


def spool_of(output: Output, database: Database, **values: Any) -> Spool:
    """The output behind a spool, as its settings say."""
    made = boxed(output, database, SPILL | values)
    assert isinstance(made, Spool)
    return made


async def polled(feed: Feed) -> Outcome:
    """Poll once, with nobody looking."""
    [outcome, *_] = await poll(feed, asyncio.Event(), lambda *_: None)
    return outcome


async def stored(feed: Feed) -> list[str]:
    """The ids in the store."""
    return await feed.state.run(
        lambda transaction: [
            row[0] for row in connection_of(transaction).execute("SELECT id FROM documents ORDER BY rowid")
        ]
    )


async def test_only_who_wants_a_spool_has_one(tmp_path: Path) -> None:
    """By default an output that is down holds the commit; the store never needs a spool."""
    database = await Database.open(tmp_path)
    for output, values in (
        (RecordingOutput(), {}),
        (RecordingOutput(), {"on_stall": "wait"}),
        (Store(database), SPILL),
    ):
        made = boxed(output, database, values)
        assert not made.capabilities.spooled
    await database.close()


async def test_the_store_fills_beside_a_dead_output(
    feed: Feed, console: ScriptedConsole, output: RecordingOutput, tmp_path: Path
) -> None:
    """Store and checkpoint go on while an output is dead or hangs; it gets all later, each once, in order."""
    database = await Database.open(tmp_path)
    hanging = Hanging("hanging")
    output.failure = DEAD
    spools = [spool_of(output, database), spool_of(hanging, database, stall_after=timedelta(seconds=0.01))]
    feed = replace(feed, outputs=(Store(database), *spools))
    console.script = [[alert("a", "11:00")], [alert("b", "11:01"), alert("c", "11:02")]]
    outcome = await polled(feed)
    assert (outcome.error, outcome.counts.delivered) == (None, 3)
    assert len(await stored(feed)) == 3
    assert {each.output: each.waiting.documents for each in read_spools(tmp_path)} == {"hanging": 3, "recording": 3}
    output.failure = None
    assert await spools[0].drain.once()
    assert output.ids == ["a", "b", "c"]
    assert output.delivered == await stored(feed)
    await spools[1].close()
    await database.close()


async def test_a_full_spool_leaves_the_checkpoint_where_it_is(
    feed: Feed, console: ScriptedConsole, output: RecordingOutput, tmp_path: Path
) -> None:
    """What does not fit is stored nowhere: the poll fails with the reason, and the next one brings it to all."""
    database = await Database.open(tmp_path)
    output.failure = DEAD
    spool = spool_of(output, database, spill_size=10)
    feed = replace(feed, outputs=(Store(database), spool))
    await given(spool, database, {"early": {"event": {"id": "early"}}})
    console.script = [[alert("a", "11:00")]]
    outcome = await polled(feed)
    assert str(outcome.error).startswith("recording: its spool is full")
    assert (await stored(feed), (await spool.waiting()).documents) == ([], 1)
    assert not (await feed.checkpoints.load(feed.walk(LIVE))).position
    output.failure = None
    assert await spool.drain.once()
    console.script = [[alert("a", "11:00")]]
    assert (await polled(feed)).error is None
    assert len(await stored(feed)) == 1
    assert output.ids == ["early", "a"]
    await database.close()


async def test_open_outputs_drain(output: RecordingOutput, tmp_path: Path) -> None:
    """What waits from an earlier process is delivered as soon as outputs are open, with no document coming."""
    database = await Database.open(tmp_path)
    output.failure = DEAD
    await given(spool_of(output, database), database, {"a": {"event": {"id": "a"}}})
    output.failure = None
    async with open_outputs([spool_of(output, database)], SqliteState(database), structlog.get_logger()):
        async with asyncio.timeout(120):
            while read_spools(tmp_path):  # noqa: ASYNC110 - another process might drain
                await asyncio.sleep(0.01)
    assert output.ids == ["a"]
    await database.close()


async def given(spool: Spool, database: Database, documents: Mapping[str, Mapping[str, Any]]) -> None:
    """Deliver documents and commit."""
    delivered = await spool.deliver(Batch("default", "default", "alert", list(documents.items())))

    def save(connection: sqlite3.Connection) -> None:
        for write in delivered.writes:
            write(connection)

    await database.run(save)


async def test_the_end_of_collect_tries_once_more(output: RecordingOutput, tmp_path: Path) -> None:
    """Before the process ends what waits is delivered, or one line says how much waits; a signal is not held up."""
    database = await Database.open(tmp_path)
    log = structlog.get_logger()
    output.failure = DEAD
    await given(spool_of(output, database), database, {name: {"event": {"id": name}} for name in "ab"})
    with structlog.testing.capture_logs() as lines:
        await try_once_more([Store(database), spool_of(output, database)], asyncio.Event(), log)
    assert [line["event"] for line in lines] == [
        "recording: does not accept documents, so they wait in the spool: connection refused",
        "recording: documents still waiting in the spool: 2; the next collect or run continues",
    ]
    told = asyncio.Event()
    hanging = spool_of(Hanging(), database)
    trying = asyncio.create_task(try_once_more([hanging], told, log))
    await asyncio.sleep(0)
    told.set()
    async with asyncio.timeout(120):
        await trying
    await hanging.close()
    output.failure = None
    with structlog.testing.capture_logs() as lines:
        await try_once_more([spool_of(output, database)], asyncio.Event(), log)
    assert [line["event"] for line in lines] == [
        "recording: accepts documents again; all waiting documents are delivered: 2"
    ]
    assert output.ids == ["a", "b"]
    await database.close()


async def test_documents_of_an_output_that_is_gone_are_said(output: RecordingOutput, tmp_path: Path) -> None:
    """What waits for an output that the settings no longer have stays, and is said at the start."""
    database = await Database.open(tmp_path)
    output.failure = DEAD
    await given(spool_of(output, database), database, {"a": {}})
    with structlog.testing.capture_logs() as lines:
        async with draining([Store(database)], SqliteState(database), structlog.get_logger()):
            pass
    [line] = lines
    assert line["event"].startswith(
        "recording: documents are waiting in the spool, but the settings have no output of this name"
    )
    assert [each.waiting.documents for each in read_spools(tmp_path)] == [1]
    await database.close()


async def test_what_waits_is_drained_though_the_settings_say_wait(output: RecordingOutput, tmp_path: Path) -> None:
    """An output that was set to `on_stall: wait` while documents waited gets them all the same, and nothing is left."""
    database = await Database.open(tmp_path)
    output.failure = DEAD
    await given(spool_of(output, database), database, {name: {"event": {"id": name}} for name in "ab"})
    output.failure = None
    waits = boxed(output, database, {"on_stall": "wait"})
    async with asyncio.timeout(120), open_outputs([waits], SqliteState(database), structlog.get_logger()):
        while read_spools(tmp_path):  # noqa: ASYNC110 - another process might drain
            await asyncio.sleep(0.01)
    assert output.ids == ["a", "b"]
    await database.close()


async def test_dead_letters_of_a_spool_are_delivered_again(output: RecordingOutput, tmp_path: Path) -> None:
    """What was refused while draining is like any dead letter: once it is taken it is gone."""
    database = await Database.open(tmp_path)
    output.failure = DEAD
    spool = spool_of(output, database)
    await given(spool, database, {"a": {"event": {"id": "a"}}})
    output.failure, output.refuses = None, ["a"]
    await spool.drain.once()
    output.refuses = []
    [result] = await retry(DeadLetterFiles(tmp_path), {"recording": output}, ["alert"], "2026-01-02T12:00:00.000Z")
    assert (result.taken, result.left, output.ids) == (1, 0, ["a"])
    await database.close()


async def test_what_waits_costs_the_store_no_document(output: RecordingOutput, tmp_path: Path) -> None:
    """A spool does not count against the store's `keep_size`, and pruning takes nothing out of it."""
    database = await Database.open(tmp_path)
    before = await database.run(used_bytes)
    output.failure = DEAD
    documents = {f"{number}": {"text": "x" * 2100} for number in range(300)}
    await given(spool_of(output, database), database, documents)
    assert await database.run(used_bytes) <= before + 50_000
    stored = {"a": {"@timestamp": "2026-01-01T00:00:00.000Z"}}
    await database.run(partial(insert, batch=Batch("default", "default", "alert", list(stored.items()))))
    pruned = await database.run(
        partial(prune_step, place=PruneCursor(), before=None, size=before + 100_000, clock=lambda: 0)
    )
    assert pruned.removed == 0
    assert [each.waiting.documents for each in read_spools(tmp_path)] == [300]
    await database.close()
