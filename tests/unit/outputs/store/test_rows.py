"""Rows, hourly counts and words: they are those of the documents, whatever happens to the documents."""

# ruff: noqa: S608 - questions about our own views
import sqlite3
from collections.abc import Callable

import orjson
import pytest

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.outputs.output import Batch
from s1ecs.outputs.store.document_values import SEARCH_FIELDS
from s1ecs.outputs.store.output import insert
from s1ecs.outputs.store.rows import row_writer
from s1ecs.outputs.store.stream_table import OWN_COLUMNS
from s1ecs.outputs.store.views import view_texts
from s1ecs.records import ExactFloat, ExactInteger, dumps
from s1ecs.state.consoles import KnownConsole
from s1ecs.state.sqlite.consoles import move_documents, rename_console
from s1ecs.streams import STREAMS

from .made_documents import documents, store, wrong


@pytest.mark.parametrize("stream", STREAMS)
def test_rows_equal_what_sqlite_extracts(connection: sqlite3.Connection, stream: str) -> None:
    """The view over rows tells the same of every document as the view that extracts values from its text."""
    store(connection, stream, count=40)
    table = store_tables()[stream]
    [(_, text), *_] = view_texts(table, filled=False)
    extracting = text.split(" UNION ALL ")[1].replace(
        f"rowid < (SELECT below FROM stream_tables WHERE stream = '{stream}')", "true"
    )
    extracting = extracting.replace(f'NOT EXISTS (SELECT 1 FROM "{table.rows}" WHERE row = documents.rowid)', "true")
    columns = ", ".join(f'"{name}"' for name in ("time", *(name for name, _ in table.view), "console", "id"))
    by_rows = connection.execute(f'SELECT {columns}, document FROM "{stream}" ORDER BY id').fetchall()
    extracted = connection.execute(f"SELECT {columns}, document FROM ({extracting}) ORDER BY id").fetchall()
    assert by_rows == extracted
    assert len(by_rows) == len(documents(stream, 40))
    assert wrong(connection) == []


SITES = [
    ("first", {"activity": {"site": {"name": "Lab"}}}, "Lab"),
    ("second", {"site": {"name": "Lab"}}, "Lab"),
    ("both", {"site": {"name": "Other"}, "activity": {"site": {"name": "Lab"}}}, "Lab"),
    ("text", {"activity": "x", "site": {"name": 7}}, 7),
    ("none", {"activity": {"site": {"id": "1"}}}, None),
]


@pytest.mark.parametrize(("own", "site"), [(own, site) for _, own, site in SITES], ids=[name for name, *_ in SITES])
def test_a_column_of_two_layouts(connection: sqlite3.Connection, own: object, site: object) -> None:
    """A column has the field of whichever layout a document has, the first layout's before; words have all of them."""
    document = {"sentinel_one": own}
    table = store_tables()["activity"]
    insert(connection, Batch("default", "default", "activity", [("a", document)]), row_writer(table))
    [(_, text), *_] = view_texts(table, filled=False)
    extracting = text.split(" UNION ALL ")[1].partition("FROM documents")[0]
    from_text = f"SELECT site FROM ({extracting} FROM documents)"
    assert connection.execute("SELECT site FROM activity").fetchone() == (site,)
    assert connection.execute(from_text).fetchone() == (site,)
    assert wrong(connection) == []
    found = connection.execute("SELECT count(*) FROM activity_words WHERE activity_words MATCH 'name:lab'").fetchone()
    assert found == (int(site == "Lab"),)


ODD = [
    True,
    7,
    2**63,
    1.5,
    ExactFloat("1.50"),
    ExactInteger("123456789012345678901234567890"),
    ["b", {"c": 1}],
    {"d": [None]},
    "",
    "a\nb",
    None,
]


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_odd_values(connection: sqlite3.Connection, value: object) -> None:
    """A value of any kind is in a row as SQLite extracts it from the document's text."""
    document = {"event": {"severity": value}}
    insert(connection, Batch("default", "default", "alert", [("a", document)]), row_writer(store_tables()["alert"]))
    extracted = connection.execute("SELECT json_extract(?, '$.event.severity')", (dumps(document).decode(),)).fetchone()
    assert connection.execute("SELECT severity FROM alert").fetchone() == extracted
    assert wrong(connection) == []


WORDS: list[tuple[object, str]] = [
    ("a", "a"),
    (["a"], "a"),
    (["a", "a"], "a"),
    (["b", "a"], "b\na"),
    (["b", "a", "b"], "b\na"),
    ([7, True, ["a", [1.5, {"c": 1}]], None, "a"], "7\na\n1.5"),
    ([ExactInteger("123456789012345678901234567890")], "123456789012345678901234567890"),
    ([True, True], ""),
    ([["a"], ["a"]], "a"),
    ([], ""),
    ({"d": "a"}, ""),
]


@pytest.mark.parametrize(("value", "words"), WORDS, ids=[repr(value) for value, _ in WORDS])
def test_words_of_a_value(connection: sqlite3.Connection, value: object, words: str) -> None:
    """Words are the different texts and numbers of a value and of lists in it, in their order."""
    document = {"related": {"hash": value}}
    insert(connection, Batch("default", "default", "alert", [("a", document)]), row_writer(store_tables()["alert"]))
    assert connection.execute("SELECT hash FROM alert_words").fetchone() == (words,)
    assert wrong(connection) == []


def test_a_path_through_a_list(connection: sqlite3.Connection) -> None:
    """No column leads through a list, as in SQLite; words are found in its members."""
    document = {"rule": [{"name": "loud"}, {"name": ["louder"]}]}
    insert(connection, Batch("default", "default", "alert", [("a", document)]), row_writer(store_tables()["alert"]))
    assert connection.execute("SELECT rule FROM alert").fetchone() == (None,)
    assert connection.execute("SELECT name FROM alert_words").fetchone() == ("loud\nlouder",)


CHANGES: dict[str, Callable[[sqlite3.Connection], object]] = {
    "some removed": lambda store: store.execute("DELETE FROM documents WHERE rowid % 3 = 0"),
    "all removed": lambda store: store.execute("DELETE FROM documents"),
    "console renamed": lambda store: store.execute("UPDATE OR REPLACE documents SET console = 'new'"),
    "renamed onto others": lambda store: store.execute(
        "UPDATE OR REPLACE documents SET console = 'other' WHERE console = 'default'"
    ),
    "time changed": lambda store: store.execute("UPDATE documents SET time = '2020-01-01T00:00:00.000Z'"),
    "replaced": lambda store: store.execute(
        "INSERT OR REPLACE INTO documents SELECT id, stream, console, time, document FROM documents WHERE false"
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_whatever_happens_to_documents(
    connection: sqlite3.Connection, change: Callable[[sqlite3.Connection], object]
) -> None:
    """Rows, counts and words follow documents that are removed or moved, by whatever statement."""
    for stream in STREAMS:
        store(connection, stream)
    store(connection, "alert", console="other")
    change(connection)
    assert wrong(connection) == []
    [(kept,)] = connection.execute("SELECT count(*) FROM documents WHERE stream = 'alert'")
    [(counted,)] = connection.execute(
        "SELECT coalesce(sum(count), 0) FROM hourly_counts WHERE (stream, dimension) = ('alert', 'severity')"
    )
    assert connection.execute("SELECT count(*) FROM alert").fetchone() == (kept,)
    assert counted == kept
    connection.execute("INSERT INTO alert_words(alert_words) VALUES ('integrity-check')")


def test_latest_states_of_a_console_that_is_renamed(connection: sqlite3.Connection) -> None:
    """They are latest all the while: before the entities are renamed, until its documents follow, and afterwards."""
    store(connection, "agent")
    connection.execute("INSERT INTO things SELECT console, stream, id, id, 1 FROM documents")
    latest = "SELECT count(*) FROM agent_latest"
    [before] = connection.execute(latest).fetchall()
    assert before == (len(documents("agent")),)
    old = KnownConsole("default", "default")
    rename_console(connection, old, "new")
    assert connection.execute(latest).fetchall() == [before]
    assert move_documents(connection, "default", "new") == len(documents("agent"))
    assert connection.execute(f"{latest} WHERE console = 'new'").fetchall() == [before]
    assert wrong(connection) == []


def test_same_documents_again(connection: sqlite3.Connection) -> None:
    """Documents that are there already change nothing."""
    store(connection, "threat")
    before = connection.execute("SELECT * FROM hourly_counts").fetchall()
    store(connection, "threat")
    assert connection.execute("SELECT * FROM hourly_counts").fetchall() == before
    assert wrong(connection) == []


def test_what_is_wrong_is_found(connection: sqlite3.Connection) -> None:
    """A recount finds a changed row, a changed count, changed words, and rows or documents too many."""
    store(connection, "alert")
    connection.execute("UPDATE alert_rows SET rule = 'another' WHERE row = 1")
    connection.execute("UPDATE hourly_counts SET count = count + 1 WHERE dimension = 'host'")
    connection.execute("UPDATE alert_words SET name = 'another' WHERE rowid = 2")
    connection.execute("INSERT INTO documents VALUES ('a', 'alert', 'default', NULL, '{}')")
    connection.execute("DROP TRIGGER alert_document_removed")
    connection.execute("DELETE FROM documents WHERE rowid = 3")
    found = "\n".join(wrong(connection))
    assert "alert: 1 document without a row" in found
    assert "alert: 1 row without a document" in found
    assert "alert: 1 row that differ from the document" in found
    assert "full text of 1 document that differs from the document" in found
    assert "of host that differ from the rows" in found
    assert "of rule that differ from the rows" in found


def test_fields_of_the_tables_are_fields_of_the_streams() -> None:
    """Each column is of a field that the stream's mapper can fill, and each counted and indexed name is a column."""
    for stream in STREAMS.values():
        table = store_tables()[stream.name]
        names = [name for name, _ in table.columns]
        assert len(set(names)) == len(names)
        assert not set(names).intersection(OWN_COLUMNS)
        assert set(names).issuperset((*table.counted, *table.indexed))
        assert SEARCH_FIELDS.keys() >= table.searched.keys()


def test_words_find_documents(connection: sqlite3.Connection) -> None:
    """A rare word finds its document by the field in which it stands."""
    document = {
        "process": {"command_line": "powershell.exe -EncodedCommand aQBlAHgA"},
        "related": {"hosts": ["WS-0042"]},
    }
    insert(connection, Batch("default", "default", "alert", [("a", document)]), row_writer(store_tables()["alert"]))
    for question in ("powershell encodedcommand", "command:encodedcommand", 'host:"ws-0042"', "host:ws*"):
        assert connection.execute(
            "SELECT count(*) FROM alert_words WHERE alert_words MATCH ?", (question,)
        ).fetchone() == (1,), question
    assert orjson.loads(connection.execute("SELECT document FROM alert").fetchone()[0]) == document
