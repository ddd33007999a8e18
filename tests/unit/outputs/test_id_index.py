"""Which ids lie in a folder of files, and what of open files does not count yet."""

from collections.abc import Generator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path, PosixPath

import orjson
import pytest
import zstandard

from s1ecs.outputs.files.id_index import FileIds
from s1ecs.outputs.files.ndjson import as_line

from .folder import Folder, batch, transact

FIRST, SECOND = as_line(("a", {"x": 1})), as_line(("b", {"x": 2}))
PACKED = zstandard.compress(SECOND) + zstandard.compress(as_line(("c", {})))


def marked(folder: Path, **lengths: int) -> Mapping[tuple[str, str], int]:
    """The marks of a writer that wrote here, by file."""
    (folder / ".s1ecs-writer-1").write_bytes(orjson.dumps({"state": "s", "id": "w"}))
    return {("w", name): length for name, length in lengths.items()}


def test_ids_of_all_files_of_a_stream(tmp_path: Path) -> None:
    """Open, closed and set-aside files count, packed ones too; files of a stream with a longer name do not."""
    (tmp_path / "threat-1.ndjson").write_bytes(FIRST)
    (tmp_path / "threat-2.ndjson.zst.open").write_bytes(PACKED)
    (tmp_path / "threat-0.ndjson.kept").write_bytes(as_line(("d", {})))
    (tmp_path / "threat_event-1.ndjson").write_bytes(as_line(("e", {})))
    good = marked(tmp_path, **{"threat-2.ndjson.zst": len(PACKED)})
    assert FileIds(tmp_path).present("threat", ["a", "b", "c", "d", "e"], good) == {"a", "b", "c", "d"}


def test_what_is_behind_the_mark_is_not_there(tmp_path: Path) -> None:
    """Whole lines and packed pieces of an open file do not count behind its mark."""
    (tmp_path / "alert-1.ndjson.open").write_bytes(FIRST + SECOND)
    (tmp_path / "threat-1.ndjson.zst.open").write_bytes(PACKED)
    good = marked(tmp_path, **{"alert-1.ndjson": len(FIRST), "threat-1.ndjson.zst": len(zstandard.compress(SECOND))})
    ids = FileIds(tmp_path)
    assert ids.present("alert", ["a", "b"], good) == {"a"}
    assert ids.present("threat", ["b", "c"], good) == {"b"}


def test_open_file_of_another_state_is_not_there(tmp_path: Path) -> None:
    """An open file counts by the mark of its own writer; one that this state has no mark of does not count."""
    (tmp_path / "alert-1.ndjson.open").write_bytes(FIRST)
    good = marked(tmp_path, **{"alert-1.ndjson": len(FIRST)})
    (tmp_path / "alert-2-2.ndjson.open").write_bytes(SECOND)
    (tmp_path / ".s1ecs-writer-2").write_bytes(orjson.dumps({"state": "other", "id": "v"}))
    assert FileIds(tmp_path).present("alert", ["a", "b"], good) == {"a"}
    (tmp_path / ".s1ecs-writer-1").unlink()
    assert FileIds(tmp_path).present("alert", ["a", "b"], good) == frozenset()


def test_marks_are_those_of_the_state(tmp_path: Path) -> None:
    """What a kill left between the write and its commit does not lie in the folder; what was committed does."""
    folder = Folder(tmp_path)
    folder.write(["a"])
    [path] = folder.path.glob("alert-*.open")
    output = folder.output()
    with closing(folder.connect()) as connection:
        transact(connection, output.open)
        # As a kill leaves it: written, but never committed.
        connection.execute("BEGIN IMMEDIATE")
        output.write(connection, batch(["b"]))
        connection.execute("ROLLBACK")
        assert b'"b"' in path.read_bytes()
        assert output.present(connection, "alert", ["a", "b"]) == {"a"}
        transact(connection, partial(output.write, batch=batch(["b"])))
        assert output.present(connection, "alert", ["a", "b"]) == {"a", "b"}
        transact(connection, output.close)


def test_changed_folder_is_read_again(tmp_path: Path) -> None:
    """What was written, renamed or taken away since the last question counts at the next one."""
    ids = FileIds(tmp_path)
    path = tmp_path / "alert-1.ndjson.open"
    path.write_bytes(FIRST)
    name = {"alert-1.ndjson": len(FIRST)}
    assert ids.present("alert", ["a", "b"], marked(tmp_path, **name)) == {"a"}
    path.write_bytes(FIRST + SECOND)
    good = marked(tmp_path, **{"alert-1.ndjson": len(FIRST + SECOND)})
    assert ids.present("alert", ["a", "b"], good) == {"a", "b"}
    path.rename(tmp_path / "alert-1.ndjson")
    assert ids.present("alert", ["a", "b"], good) == {"a", "b"}
    (tmp_path / "alert-1.ndjson").unlink()
    assert ids.present("alert", ["a", "b"], good) == frozenset()


def test_set_aside_file_that_is_cut_off(tmp_path: Path) -> None:
    """A line without its end, or a packed piece without its end, is no document."""
    (tmp_path / "alert-1.ndjson.kept").write_bytes(FIRST + SECOND[:-1])
    (tmp_path / "alert-2.ndjson.zst.kept").write_bytes(
        zstandard.compress(as_line(("c", {}))) + zstandard.compress(SECOND)[:-4]
    )
    assert FileIds(tmp_path).present("alert", ["a", "b", "c"], {}) == {"a", "c"}


def test_a_writers_file_that_is_being_written(tmp_path: Path) -> None:
    """Whoever reads a writer's file while it is written anew knows the writer all the same."""
    (tmp_path / "alert-1.ndjson.open").write_bytes(FIRST)
    good = marked(tmp_path, **{"alert-1.ndjson": len(FIRST)})
    (tmp_path / ".s1ecs-writer-1").write_bytes(b'{"state":"s","id":"w","begun":10,"committed":9,"made":"alert-1.n,"m')
    assert FileIds(tmp_path).present("alert", ["a", "b"], good) == {"a"}


class Unlisted(PosixPath):
    """A folder whose listing leaves out a file that gets its last name meanwhile."""

    def glob(self, pattern: str) -> Generator["Unlisted", None, None]:
        """List every file but that."""
        return (path for path in super().glob(pattern) if "alert-2" not in path.name)


@pytest.mark.parametrize("name", ["alert-2.ndjson.open", "alert-2.ndjson"])
def test_a_file_that_the_listing_left_out(tmp_path: Path, name: str) -> None:
    """A file that is closed while the folder is listed counts, under whichever name it has then."""
    (tmp_path / "alert-1.ndjson").write_bytes(FIRST)
    (tmp_path / name).write_bytes(SECOND)
    good = marked(tmp_path, **{"alert-2.ndjson": len(SECOND)})
    assert FileIds(Unlisted(tmp_path)).present("alert", ["a", "b"], good) == {"a", "b"}
