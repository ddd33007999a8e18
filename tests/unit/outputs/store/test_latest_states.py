"""Latest states: which they are and what is gone, as told by the rows, whatever happens to things, rounds and names."""

import sqlite3
import time
from dataclasses import dataclass, field
from random import Random

import pytest

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.outputs.output import Batch
from s1ecs.outputs.store import StreamTable, insert, prepare
from s1ecs.outputs.store.latest_states import latest_triggers, latest_triggers_made
from s1ecs.outputs.store.recount import differences
from s1ecs.outputs.store.row_filling import RowFilling
from s1ecs.outputs.store.rows import row_writer
from s1ecs.state.consoles import KnownConsole
from s1ecs.state.inventory_rounds import RoundDoubt, Rounds
from s1ecs.state.sqlite.consoles import move_documents, rename_console, save_console
from s1ecs.state.sqlite.inventory_rounds import save_rounds

from .made_documents import store, wrong

HOSTS = StreamTable("hosts", [("host", ["host.name"])], latest_view="hosts_latest")
TABLES = {"hosts": HOSTS}
NAMES = [f"h{number}" for number in range(12)]


@dataclass
class Inventory:
    """An inventory in a store, and the same in plain Python."""

    connection: sqlite3.Connection
    console: str
    known: dict[str, tuple[str, int]] = field(default_factory=dict)
    completed: int = 0
    made: int = 0

    def see(self, name: str, round_: int, *, changed: bool) -> None:
        """See a thing in a round, as collecting does: its state, then its round."""
        before = self.known.get(name)
        if changed or before is None:
            self.made += 1
            identity = f"{name} {self.made}"
            document = Batch(self.console, "default", "hosts", [(identity, {"host": {"name": name}})])
            insert(self.connection, document, row_writer(HOSTS))
        else:
            identity = before[0]
        self.connection.execute(
            "INSERT INTO things (console, stream, thing, id, round) VALUES (?, 'hosts', ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET id = excluded.id WHERE id <> excluded.id",
            (self.console, name, identity, round_),
        )
        self.connection.execute(
            "UPDATE things SET round = ?2 WHERE (console, stream, thing) = (?1, 'hosts', ?3)",
            (self.console, round_, name),
        )
        self.known[name] = (identity, round_)

    def complete(self, number: int, doubt: RoundDoubt | None = None) -> None:
        """Complete a round."""
        save_rounds(self.connection, self.console, "hosts", Rounds(number, doubt))
        self.completed = number

    def forget(self, name: str) -> None:
        """Remove a thing."""
        self.connection.execute("DELETE FROM things WHERE (console, thing) = (?, ?)", (self.console, name))
        self.known.pop(name, None)

    def expected(self) -> list[tuple[str, int]]:
        """The documents that are latest states, each with whether it is gone, by a plain count."""
        return sorted((identity, int(0 <= round_ < self.completed)) for identity, round_ in self.known.values())

    def told(self) -> list[tuple[str, int]]:
        """The same by the view."""
        return self.connection.execute("SELECT id, gone FROM hosts_latest ORDER BY id").fetchall()


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens(connection: sqlite3.Connection, seed: int) -> None:
    """The view tells of every thing what a plain count of rounds tells, after each of many random events."""
    prepare(connection, TABLES)
    inventory, chance = Inventory(connection, "default"), Random(seed)  # noqa: S311 - no secret
    gone: set[int] = set()
    for _ in range(250):
        event = chance.choice(("see", "see", "see", "change", "complete", "back", "doubt", "forget", "never"))
        name, round_ = chance.choice(NAMES), inventory.completed + chance.choice((0, 1))
        if event in {"see", "change"}:
            inventory.see(name, round_, changed=event == "change")
        elif event == "complete":
            inventory.complete(inventory.completed + 1)
        elif event == "back":
            inventory.complete(max(0, inventory.completed - 1))
        elif event == "doubt":
            inventory.complete(inventory.completed, RoundDoubt(inventory.completed + 1, 5, 4))
        elif event == "forget":
            inventory.forget(name)
        else:
            inventory.see(name, -1, changed=False)
        assert inventory.told() == inventory.expected()
        assert [*differences(connection, TABLES)] == []
        gone.update(is_gone for _, is_gone in inventory.told())
    assert gone == {0, 1}


def test_rounds_that_are_replaced_or_removed(connection: sqlite3.Connection) -> None:
    """What others write into the rounds is followed, too."""
    prepare(connection, TABLES)
    inventory = Inventory(connection, "default")
    inventory.see("a", 1, changed=True)
    for number in (3, 1, 2):
        connection.execute(
            "INSERT OR REPLACE INTO rounds (console, stream, completed) VALUES ('default', 'hosts', ?)", (number,)
        )
        inventory.completed = number
        assert inventory.told() == inventory.expected()
    connection.execute("DELETE FROM rounds")
    assert inventory.told() == [("a 1", 0)]


def test_a_console_that_is_renamed(connection: sqlite3.Connection) -> None:
    """What is gone stays so while documents move to the new name, and rounds are completed meanwhile."""
    prepare(connection, TABLES)
    inventory = Inventory(connection, "default")
    for name in NAMES:
        inventory.see(name, 1, changed=True)
    inventory.see(NAMES[0], 2, changed=False)
    inventory.see(NAMES[1], 3, changed=False)
    inventory.complete(2)
    renamed = rename_console(connection, KnownConsole("default", "default"), "new")
    assert renamed.moving == "default"
    assert inventory.told() == inventory.expected()
    inventory.console = "new"
    inventory.complete(3)
    assert inventory.told() == inventory.expected()
    inventory.see(NAMES[2], 3, changed=False)
    assert inventory.told() == inventory.expected()
    assert [*differences(connection, TABLES)] == []
    assert move_documents(connection, "default", "new") == len(NAMES)
    save_console(connection, KnownConsole("new", "default"))
    assert inventory.told() == inventory.expected()
    assert [*differences(connection, TABLES)] == []


def test_documents_of_an_earlier_store(connection: sqlite3.Connection) -> None:
    """What is gone is told of documents without rows as well, and of their rows once they are filled in."""
    prepare(connection, TABLES)
    inventory = Inventory(connection, "default")
    for name in NAMES:
        inventory.see(name, NAMES.index(name) % 2 + 1, changed=True)
    inventory.complete(2)
    before = inventory.told()
    assert before == inventory.expected()
    connection.execute("UPDATE stream_tables SET definition = '' WHERE stream = 'hosts'")
    prepare(connection, TABLES)
    assert connection.execute("SELECT count(*) FROM hosts_rows").fetchone() == (0,)
    assert inventory.told() == before
    inventory.complete(1)
    assert inventory.told() == inventory.expected()
    inventory.complete(2)
    filling = RowFilling.of(TABLES)
    while filling.step(connection, time.monotonic).more:
        assert inventory.told() == before
    assert connection.execute("SELECT count(*) FROM hosts_rows").fetchone() == (len(NAMES),)
    assert inventory.told() == before
    assert [*differences(connection, TABLES)] == []


def test_of_two_consoles(connection: sqlite3.Connection) -> None:
    """A walk of one console makes nothing of another's gone."""
    prepare(connection, TABLES)
    for console in ("one", "two"):
        Inventory(connection, console, made=len(console) + ord(console[0])).see("a", 1, changed=True)
    save_rounds(connection, "two", "hosts", Rounds(2))
    told = connection.execute("SELECT console, gone FROM hosts_latest ORDER BY 1").fetchall()
    assert told == [("one", 0), ("two", 1)]


def test_a_wrong_mark_is_found(connection: sqlite3.Connection) -> None:
    """A recount finds a row that says of a thing that it is gone though it is there."""
    store(connection, "agent")
    connection.execute("INSERT INTO things SELECT console, stream, id, id, 1 FROM documents")
    assert wrong(connection) == []
    connection.execute("UPDATE agent_rows SET latest = 2 WHERE row = 1")
    assert wrong(connection) == ["agent: 1 row that differ from the document"]


def test_an_untouched_thing_is_not_written(connection: sqlite3.Connection) -> None:
    """A walk that sees what was there, and completes its round, writes no row."""
    prepare(connection, TABLES)
    inventory = Inventory(connection, "default")
    for name in NAMES:
        inventory.see(name, 1, changed=True)
    inventory.complete(1)
    connection.execute("CREATE TEMP TABLE written (row)")
    connection.execute(
        "CREATE TEMP TRIGGER noted AFTER UPDATE ON main.hosts_rows BEGIN INSERT INTO written VALUES (new.row); END"
    )
    for name in NAMES:
        inventory.see(name, 2, changed=False)
    inventory.complete(2)
    written = connection.execute("SELECT row FROM written").fetchall()
    assert written == []
    inventory.complete(3)
    [(marked,)] = connection.execute("SELECT count(*) FROM written")
    assert marked == len(NAMES)


def test_tables_of_the_streams_have_these_triggers() -> None:
    """Each inventory has its triggers, and no other stream has any."""
    for table in store_tables().values():
        made = [*latest_triggers(table)]
        assert len(made) == len(latest_triggers_made(table)) == (8 if table.latest_view else 0)
        assert all(f'"{name}"' in text for name, text in zip(latest_triggers_made(table), made, strict=True))
