"""The state in PostgreSQL under trouble: lost answers, restarts, paused processes, other versions."""

import asyncio
import signal
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import LiteralString

import pytest

from s1ecs.errors import LeaseLost, StateError, StateTooNew, WalkTaken
from s1ecs.state.checkpoints import Checkpoint, Commit, EntityStates, ItemResults, SeenIds, WalkName
from s1ecs.state.outbox import OutboxDocument, Waiting
from s1ecs.state.postgresql.database import PostgresDatabase
from s1ecs.state.postgresql.inspection import inspect
from s1ecs.state.postgresql.migrations import MIGRATIONS
from s1ecs.state.postgresql.readonly import ReadOnlyPostgres
from s1ecs.state.postgresql.server import PostgresServer
from s1ecs.state.postgresql.state import PostgresState
from servers.postgresql import PASSWORD, PostgresCluster
from tests.services.cutting_proxy import Cut, CuttingProxy

pytestmark = pytest.mark.xdist_group("postgresql")

WALK = WalkName("one", "alert", "live")
DOCUMENT = OutboxDocument("one", "default", "alert", "a", "{}")
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
LIFE = 1.5


@pytest.fixture
def server(postgres: PostgresCluster) -> PostgresServer:
    """A schema of the test's own."""
    return PostgresServer(postgres.url(), f"test_{uuid.uuid4().hex}")


@pytest.fixture
async def state(server: PostgresServer) -> AsyncIterator[PostgresState]:
    """An open state whose leases soon expire."""
    state = PostgresState(await PostgresDatabase.open(server), lease_life=LIFE)
    yield state
    await state.close()


@pytest.fixture
def proxy(postgres: PostgresCluster) -> Iterator[CuttingProxy]:
    """A proxy before the server."""
    proxy = CuttingProxy(postgres.port)
    yield proxy
    proxy.close()


async def test_what_only_reads_writes_nothing(server: PostgresServer) -> None:
    """A transaction that changes or locks rows is numbered in its commit; one that only reads leaves no trace."""
    database = await PostgresDatabase.open(server)

    async def number_after(statement: LiteralString) -> int:
        await database.run(lambda connection: connection.execute(statement))
        with server.connect() as connection:
            return sum(number for (number,) in connection.execute("SELECT number FROM commits"))

    assert await number_after("SELECT FROM about") == 0
    assert await number_after("INSERT INTO about (name, value) VALUES ('a', 'b')") == 2
    assert await number_after("SELECT FROM about FOR UPDATE") == 3
    assert await number_after("SELECT FROM about") == 3
    assert await number_after("DELETE FROM about") == 5
    await database.close()


@pytest.mark.parametrize("cut", [Cut.BEFORE, Cut.AFTER])
async def test_a_commit_without_an_answer_is_done_once(
    postgres: PostgresCluster, server: PostgresServer, proxy: CuttingProxy, cut: Cut
) -> None:
    """Be it that the request was lost or the answer: it is found out, and the commit is neither lost nor doubled."""
    url = postgres.url().replace(str(postgres.port), str(proxy.port))
    state = await PostgresState.open(PostgresServer(url, server.schema))
    append = partial(state.outbox.append, output="out", documents=[DOCUMENT], time=NOW)
    await state.run(append)
    proxy.cut = cut
    await state.run(append)
    assert proxy.cuts == 1
    assert await state.run(partial(state.outbox.waiting, output="out")) == Waiting(2, 4)
    proxy.cut = cut
    await state.checkpoints.commit(WALK, Commit({"at": 1}))
    await state.checkpoints.commit(WALK, Commit({"at": 2}))
    assert proxy.cuts == 2
    assert await state.checkpoints.load(WALK) == Checkpoint({"at": 2})
    await state.close()


async def test_work_outlasts_a_server_that_is_stopped_or_crashes(
    postgres: PostgresCluster, state: PostgresState
) -> None:
    """Commits that meet a server on its way down or up wait for it; each is there once."""
    append = partial(state.outbox.append, output="out", documents=[DOCUMENT], time=NOW)
    for end in (postgres.stop, postgres.kill):

        def again(end: object = end) -> None:
            assert callable(end)
            end()
            postgres.restart()

        restarted = asyncio.get_running_loop().run_in_executor(None, again)
        await asyncio.gather(*(state.run(append) for _ in range(200)))
        await restarted
    assert await state.run(partial(state.outbox.waiting, output="out")) == Waiting(400, 800)


async def test_a_server_that_stays_away_is_named_without_its_password(
    postgres: PostgresCluster, server: PostgresServer
) -> None:
    """After a while the error says which server it is and what to do; with the server the state is back."""
    state = PostgresState(await PostgresDatabase.open(server, patience=0.5))
    postgres.stop()
    try:
        with pytest.raises(
            StateError, match=f"PostgreSQL 127.0.0.1:{postgres.port}/postgres: can't be reached"
        ) as told:
            await state.collector_id()
        with pytest.raises(StateError, match="can't be reached"):
            ReadOnlyPostgres(server).polls()
    finally:
        postgres.restart()
    assert PASSWORD not in str(told.value) + repr(server)
    assert await state.collector_id()
    await state.close()


_PAUSED = """
import asyncio, sys
from s1ecs.errors import LeaseLost
from s1ecs.state.checkpoints import Commit, WalkName
from s1ecs.state.postgresql import leases
from s1ecs.state.postgresql.database import PostgresDatabase
from s1ecs.state.postgresql.server import PostgresServer
from s1ecs.state.postgresql.state import PostgresState

async def main(url, schema, life, condition, *walk):
    leases._CHECK = leases._CHECK.replace("epoch = %s AND holder = %s", condition)
    state = PostgresState(await PostgresDatabase.open(PostgresServer(url, schema)), lease_life=float(life))
    walk = WalkName(*walk)
    async with state.leases.held([walk]):
        await state.checkpoints.load(walk)
        print("ready", flush=True)
        sys.stdin.readline()
        try:
            await state.checkpoints.commit(walk, Commit({"at": "late"}))
        except LeaseLost as error:
            print(error)
        else:
            print("saved")
    await state.close()

asyncio.run(main(*sys.argv[1:]))
"""
SOUND, MUTANT = "epoch = %s AND holder = %s", "%s IS NOT NULL AND %s IS NOT NULL"


@contextmanager
def _holder(server: PostgresServer, condition: str = SOUND) -> Iterator["subprocess.Popen[str]"]:
    """A process that holds the lease of the walk and commits once it is told to."""
    command = [sys.executable, "-c", _PAUSED, server.url, server.schema, str(LIFE), condition, *WALK]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


async def _woken_late(server: PostgresServer, state: PostgresState, condition: str) -> str:
    """Pause a holder until its lease has expired and is taken, wake it, and return what became of its commit."""
    with _holder(server, condition) as process:
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(LIFE + 0.5)
        async with state.leases.held([WALK]):
            await state.checkpoints.load(WALK)
            process.send_signal(signal.SIGCONT)
            said, _ = await asyncio.to_thread(process.communicate, "go\n", 60)
            if condition == SOUND:
                await state.checkpoints.commit(WALK, Commit({"at": "ours"}))
                assert await state.checkpoints.load(WALK) == Checkpoint({"at": "ours"})
    return said


async def test_a_paused_process_that_wakes_changes_nothing(server: PostgresServer, state: PostgresState) -> None:
    """Its lease was taken over under another epoch, so its commit is refused, by name of who has the walk now."""
    said = await _woken_late(server, state, SOUND)
    assert said.startswith("one alert: process ")
    assert "took this walk over" in said


async def test_without_the_epoch_it_would(server: PostgresServer, state: PostgresState) -> None:
    """The test above finds a commit that does not compare the epoch."""
    assert await _woken_late(server, state, MUTANT) == "saved\n"


async def test_a_paused_process_that_nobody_replaced_goes_on(server: PostgresServer, state: PostgresState) -> None:
    """An expired lease that nobody took is still its holder's, and renewed by its next commit."""
    with _holder(server) as process:
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(LIFE + 0.5)
        process.send_signal(signal.SIGCONT)
        said, _ = await asyncio.to_thread(process.communicate, "go\n", 60)
    assert said == "saved\n"
    assert await state.checkpoints.load(WALK) == Checkpoint({"at": "late"})


async def test_a_lease_is_renewed_as_long_as_it_is_held(server: PostgresServer, state: PostgresState) -> None:
    """Nobody takes it after its life either; a process that sees that its lease was taken knows that it is lost."""
    other = PostgresState(await PostgresDatabase.open(server), lease_life=LIFE)
    async with state.leases.held([WALK]) as tenure:
        await asyncio.sleep(2 * LIFE)
        with pytest.raises(WalkTaken, match=r"its lease ends in [12] s"):
            async with other.leases.held([WALK]):
                pass
        with pytest.raises(WalkTaken):
            await other.checkpoints.commit(WALK, Commit({"at": "elsewhere"}))
        lost_before = tenure.is_lost
        await other.run(lambda connection: connection.execute("UPDATE leases SET epoch = epoch + 1"))  # type: ignore[attr-defined] # of psycopg
        await asyncio.sleep(LIFE)
        assert (lost_before, tenure.is_lost) == (False, True)
        with pytest.raises(LeaseLost):
            await state.checkpoints.commit(WALK, Commit({"at": "here"}))
    assert await state.checkpoints.load(WALK) == Checkpoint()
    await other.close()


async def test_a_lease_that_was_taken_anew_ends_the_poll_that_began_before(state: PostgresState) -> None:
    """A position that was read under one epoch is not saved under another."""
    async with state.leases.held([WALK]):
        await state.checkpoints.load(WALK)
    async with state.leases.held([WALK]):
        with pytest.raises(LeaseLost, match="taken anew"):
            await state.checkpoints.commit(WALK, Commit({"at": 1}))
        await state.checkpoints.load(WALK)
        await state.checkpoints.commit(WALK, Commit({"at": 1}))


async def test_a_commit_that_a_failover_lost_is_noticed(server: PostgresServer, state: PostgresState) -> None:
    """A server without the last commit of a walk takes no further one: what lies between would be lost."""
    await state.checkpoints.load(WALK)
    await state.checkpoints.commit(WALK, Commit({"at": 1}))
    await state.checkpoints.commit(WALK, Commit({"at": 2}, seen=SeenIds([("a", "1")])))
    with server.connect() as connection:
        connection.execute("DELETE FROM seen")
        connection.execute("UPDATE checkpoints SET position = '{\"at\":1}', commits = commits - 1")
    with pytest.raises(LeaseLost, match="its position changed"):
        await state.checkpoints.commit(WALK, Commit({"at": 3}))
    assert await state.checkpoints.load(WALK) == Checkpoint({"at": 1})
    await state.checkpoints.commit(WALK, Commit({"at": 2}))


async def test_all_who_start_at_once_find_one_state(server: PostgresServer) -> None:
    """Processes that open an empty database at one time migrate it once."""
    states = await asyncio.gather(*(PostgresState.open(server) for _ in range(6)))
    assert len(set(await asyncio.gather(*(each.collector_id() for each in states)))) == 1
    with server.connect() as connection:
        assert connection.execute("SELECT count(*) FROM migrations").fetchone() == (len(MIGRATIONS),)
    for each in states:
        await each.close()


async def test_a_user_that_owns_the_schema_needs_no_other_right(postgres: PostgresCluster) -> None:
    """It migrates and uses the state, though it may create no schema."""
    name = f"user_{uuid.uuid4().hex[:12]}"
    with PostgresServer(postgres.url()).connect() as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'".encode())
        connection.execute(f"CREATE SCHEMA {name} AUTHORIZATION {name}".encode())
    own = PostgresServer(postgres.url().replace("tester", name), name)
    before = inspect(own)
    assert (before.migration, before.may_create, before.owns) == (None, False, True)
    state = await PostgresState.open(own)
    assert await state.collector_id()
    await state.close()
    with pytest.raises(StateError, match="the user lacks a right"):
        await PostgresState.open(PostgresServer(own.url, "another"))


async def test_a_newer_database_is_used_if_it_only_has_more(server: PostgresServer, state: PostgresState) -> None:
    """Processes of two versions share a state while one is replaced by the other."""
    with server.connect() as connection:
        connection.execute("INSERT INTO migrations (number, subject, adds_only) VALUES (99, 'more', true)")
    newer = await PostgresState.open(server)
    assert await newer.collector_id() == await state.collector_id()
    assert inspect(server).migration == 99
    await newer.close()


@pytest.mark.usefixtures("state")
async def test_a_newer_database_that_is_different_is_refused(server: PostgresServer) -> None:
    """An older version neither opens nor reads it, and says what to do."""
    with server.connect() as connection:
        connection.execute("INSERT INTO migrations (number, subject, adds_only) VALUES (99, 'other', false)")
    for use in (
        lambda: asyncio.run(PostgresState.open(server)),
        ReadOnlyPostgres(server).life,
        lambda: inspect(server),
    ):
        with pytest.raises(StateTooNew, match="install that version or newer; nothing was changed"):
            await asyncio.to_thread(use)


async def test_texts_of_a_console_may_hold_any_character(state: PostgresState) -> None:
    """Items and entities with characters that PostgreSQL can't store are found again by their names."""
    odd = "a\0b"
    commit = Commit({"at": odd}, entities=EntityStates([(odd, "s")], 1), items=ItemResults([(odd, "v")]))
    await state.checkpoints.commit(WALK, commit)
    assert await state.checkpoints.load(WALK) == Checkpoint({"at": odd})
    assert await state.checkpoints.states(WALK, [odd]) == {odd: "s"}
    assert await state.checkpoints.unchanged(WALK, {odd: "v"}) == {odd}
