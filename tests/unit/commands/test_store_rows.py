"""`s1ecs store` about what queries read: progress, check and rebuild."""

from contextlib import closing
from pathlib import Path

import pytest

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.commands.store import check, make_compact, show
from s1ecs.commands.store_rows import rebuild
from s1ecs.outputs.output import Batch
from s1ecs.outputs.store import insert, prepare
from s1ecs.outputs.store.rows import row_writer
from s1ecs.state.sqlite.database import FILE_NAME, connect

DOCUMENTS = [(f"alert {number}", {"rule": {"name": "loud"}, "event": {"severity": number}}) for number in range(400)]
BATCH = Batch("default", "default", "alert", DOCUMENTS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A state folder with alerts and their rows."""
    with closing(connect(tmp_path / FILE_NAME)) as store:
        prepare(store, store_tables())
        insert(store, BATCH, row_writer(store_tables()["alert"]))
    return tmp_path


def test_older_documents_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The store says how many documents wait for their rows, and a rebuild gives them theirs."""
    with closing(connect(tmp_path / FILE_NAME)) as store:
        insert(store, BATCH)
        prepare(store, store_tables())
    show(tmp_path, json=False)
    assert "prepared for fast queries: 0%; 400 older documents left" in capsys.readouterr().out
    rebuild(tmp_path, "info")
    assert "400 documents prepared for fast queries" in capsys.readouterr().out
    show(tmp_path, json=False)
    assert "older document" not in capsys.readouterr().out
    assert check(tmp_path) == 0


def test_a_difference_is_found_and_mended(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` has status 1 where a count is wrong, and says what to do; then all is well."""
    with closing(connect(folder / FILE_NAME)) as store:
        store.execute("UPDATE hourly_counts SET count = 401 WHERE dimension = 'rule'")
    assert check(folder) == 1
    told = capsys.readouterr().out
    assert "of rule that differ from the rows" in told
    assert "run s1ecs store --rebuild" in told
    rebuild(folder, "info")
    assert check(folder) == 0


def test_compacting_keeps_rows_with_their_documents(folder: Path) -> None:
    """After documents were removed and the store compacted every row is still its document's."""
    with closing(connect(folder / FILE_NAME)) as store:
        store.execute("DELETE FROM documents WHERE rowid % 3")
    make_compact(folder)
    assert check(folder) == 0
    with closing(connect(folder / FILE_NAME)) as store:
        assert store.execute("SELECT sum(below) FROM stream_tables").fetchone() == (0,)
        assert store.execute("SELECT count(*) FROM alert").fetchone() == (133,)


def test_a_store_whose_documents_got_other_numbers(folder: Path) -> None:
    """Where compacting gave documents other numbers their rows are made anew, and queries are right meanwhile."""
    with closing(connect(folder / FILE_NAME)) as store:
        store.execute("UPDATE documents SET rowid = rowid + 1000")
    make_compact(folder)
    with closing(connect(folder / FILE_NAME)) as store:
        assert store.execute("SELECT sum(severity) FROM alert").fetchone() == (sum(range(400)),)
        assert store.execute("SELECT max(below) FROM stream_tables").fetchone() == (1401,)
