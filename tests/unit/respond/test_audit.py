"""The journal in the state database: what a row holds after a crash, and which documents an action has."""

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from s1ecs.ecs.envelope import Collector
from s1ecs.errors import StateError
from s1ecs.respond.audit.journal import Entry, Target
from s1ecs.respond.audit.state_journal import StateJournal, Told
from s1ecs.state.sqlite.database import FILE_NAME, Database
from s1ecs.state.sqlite.journal import SqliteJournal

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ID = "0b54a1b8-5f3e-4d6e-9a55-3c1f0e6b7a90"
ENTRY = Entry(
    id=ID,
    console="hq",
    action="isolate",
    requested=NOON,
    user="alice",
    machine="desk",
    comment="looks odd",
    targets=(Target("agent", "225494730938493804", "pc-1", "pc-1", "225494730938493804", "u-1", "windows_legacy"),),
    requests=(
        {"method": "POST", "path": "/agents/actions/disconnect", "query": {}, "body": {"filter": {"ids": ["2"]}}},
    ),
)
LATER = NOON + timedelta(seconds=90)
END: dict[str, Any] = {"reason": "", "finished": LATER, "details": {}, "follow": {}}


def told(*outputs: str) -> Told:
    """What documents say beside their action."""
    return Told(outputs, Collector("1.0", "c-1", "desk"), lambda: NOON, {"hq": "prod"}, {"hq": ("host.name",)})


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A state database."""
    opened = await Database.open(tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
def journal(database: Database) -> StateJournal:
    """The journal in it, whose documents wait for the store."""
    return StateJournal(SqliteJournal(database), replace(told("store"), redact={}))


def _documents(folder: Path) -> list[dict[str, Any]]:
    """What waits, as whoever comes after a crash finds it."""
    connection = sqlite3.connect(folder / FILE_NAME)
    rows = connection.execute("SELECT document FROM spooled ORDER BY number").fetchall()
    connection.close()
    return [orjson.loads(row[0]) for row in rows]


def _states(folder: Path) -> list[tuple[str, str]]:
    own = [each["sentinel_one"]["response_action"] for each in _documents(folder)]
    return [(each["state"], each["status"]) for each in own]


async def test_an_entry_comes_back_as_it_went_in(journal: StateJournal) -> None:
    """Nothing of a row is lost, what following needs included."""
    entry = replace(ENTRY, follow={"password": "Secret%123", "batch": None})
    await journal.request(entry)
    assert await journal.load(ID) == entry
    assert await journal.load("another") is None


async def test_a_crash_before_anything_was_sent_leaves_the_request(journal: StateJournal, tmp_path: Path) -> None:
    """The row and the document are on disk when `request` returns: another process sees both."""
    await journal.request(ENTRY)
    assert _states(tmp_path) == [("requested", "pending")]
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    assert connection.execute("SELECT status, finished FROM actions").fetchall() == [("pending", None)]
    connection.close()


async def test_a_crash_between_sending_and_the_end_leaves_an_open_action(
    journal: StateJournal, database: Database, tmp_path: Path
) -> None:
    """What was known last can be followed by another process, which ends it as one action with two documents."""
    await journal.request(ENTRY)
    await journal.progress(ID, details={"parentTaskId": "7"}, follow={"parent": "7"})
    other = StateJournal(SqliteJournal(database), told("store"))
    [found] = await other.history()
    assert (found.status, found.details, found.follow) == ("pending", {"parentTaskId": "7"}, {"parent": "7"})
    await other.finish(ID, status="done", **{**END, "details": found.details})
    requested, finished = _documents(tmp_path)
    assert requested["event"]["id"] == finished["event"]["id"] == ID
    assert finished["sentinel_one"]["response_action"]["parent_task_id"] == "7"


async def test_no_row_no_document(journal: StateJournal, tmp_path: Path) -> None:
    """Where the row can't be written there is no document either, and the caller hears of it before it sends."""
    await journal.request(ENTRY)
    with pytest.raises(StateError):
        await journal.request(ENTRY)
    with pytest.raises(StateError, match="no action another"):
        await journal.finish("another", status="done", **END)
    assert _states(tmp_path) == [("requested", "pending")]


@pytest.mark.parametrize(
    ("ends", "states", "row"),
    [
        (["done"], [("finished", "done")], "done"),
        (["done", "done", "done"], [("finished", "done")], "done"),
        (["failed", "done"], [("finished", "failed")], "failed"),
        (["pending"], [], "pending"),
        (["pending", "pending", "refused"], [("finished", "refused")], "refused"),
        (["unknown", "unknown"], [("finished", "unknown")], "unknown"),
        (["unknown", "pending", "done", "failed"], [("finished", "unknown"), ("settled", "done")], "done"),
    ],
)
async def test_an_action_ends_once(
    journal: StateJournal, tmp_path: Path, ends: list[Any], states: list[tuple[str, str]], row: str
) -> None:
    """However often its end is written, there is one document of it; only what was unknown may be settled later."""
    await journal.request(ENTRY)
    for status in ends:
        await journal.finish(ID, status=status, **END)
    assert _states(tmp_path) == [("requested", "pending"), *states]
    loaded = await journal.load(ID)
    assert loaded is not None
    assert (loaded.status, loaded.finished) == (row, None if row == "pending" else LATER)


async def test_a_file_fetched_later_changes_the_row_alone(journal: StateJournal, tmp_path: Path) -> None:
    """The end stays when it was; only what is known and how to go on differ."""
    await journal.request(ENTRY)
    await journal.finish(ID, status="done", **{**END, "follow": {"upload": "/agents/1/uploads/2"}})
    more = {**END, "finished": LATER + timedelta(days=1), "details": {"file": "a.zip"}, "reason": "another"}
    await journal.finish(ID, status="done", **more)
    loaded = await journal.load(ID)
    assert loaded is not None
    assert (loaded.details, loaded.follow, loaded.finished, loaded.reason) == ({"file": "a.zip"}, {}, LATER, "")
    assert len(_documents(tmp_path)) == 2


async def test_history_has_the_newest_first(journal: StateJournal) -> None:
    """Every action is there, those that ended and those that did not."""
    for number in range(3):
        entry = replace(ENTRY, id=f"id-{number}", requested=NOON + timedelta(minutes=number))
        await journal.request(entry)
    await journal.finish("id-1", status="failed", **END)
    assert [(entry.id, entry.status) for entry in await journal.history()] == [
        ("id-2", "pending"),
        ("id-1", "failed"),
        ("id-0", "pending"),
    ]


async def test_without_outputs_nothing_waits(database: Database, tmp_path: Path) -> None:
    """A document that nobody takes is not kept; the row is."""
    journal = StateJournal(SqliteJournal(database), told())
    await journal.request(ENTRY)
    assert _documents(tmp_path) == []
    assert len(await journal.history()) == 1


async def test_what_is_redacted_is_in_no_document(database: Database, tmp_path: Path) -> None:
    """A host name that may not leave the process does so in no field, list or text."""
    journal = StateJournal(SqliteJournal(database), told("store"))
    await journal.request(ENTRY)
    await journal.finish(ID, status="failed", **{**END, "reason": "pc-1 did not answer"})
    documents = orjson.dumps(_documents(tmp_path))
    assert b"225494730938493804" in documents
    assert b"pc-1" not in documents


async def test_a_password_that_the_end_drops_is_in_neither_row_nor_document(
    journal: StateJournal, tmp_path: Path
) -> None:
    """The console may quote the password in the very answer that ends the action and drops it."""
    secret = "Abcdef123@%Made-up-99x"
    await journal.request(replace(ENTRY, follow={"password": secret}))
    quoted = f"400: the password {secret} is not accepted"
    await journal.progress(ID, details={"echo": quoted}, follow={"state": {}, "password": secret})
    await journal.finish(ID, **{**END, "status": "failed", "reason": quoted, "details": {"echo": [quoted]}})
    found = await journal.load(ID)
    assert found is not None
    assert found.reason == "400: the password *** is not accepted"
    assert secret not in str(found)
    assert secret not in str(_documents(tmp_path))


async def test_what_no_json_holds_ends_an_action_all_the_same(journal: StateJournal) -> None:
    """A host's name that is no Unicode and a number beyond 64 bits are written down as well as they can be."""
    target = replace(ENTRY.targets[0], host="pc\udce9")
    await journal.request(replace(ENTRY, targets=(target,), comment="caf\udce9", follow={"n": 2**70}))
    await journal.finish(ID, **{**END, "status": "done", "reason": "\udce9", "details": {"n": 2**70, "s": "\udce9"}})
    found = await journal.load(ID)
    assert found is not None
    assert (found.status, found.reason, found.details["s"], found.targets[0].host) == (
        "done",
        "\ufffd",
        "\ufffd",
        "pc\ufffd",
    )
