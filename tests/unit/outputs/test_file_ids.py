from pathlib import Path

import zstandard

from s1ecs.outputs.file_ids import FileIds
from s1ecs.outputs.lines import lines

FIRST, SECOND = lines([("a", {"x": 1})]), lines([("b", {"x": 2})])


def test_ids_of_all_files_of_a_stream(tmp_path: Path) -> None:
    """Open, closed and set-aside files count, packed ones too; files of a stream with a longer name do not."""
    (tmp_path / "threat-1.ndjson").write_bytes(FIRST)
    (tmp_path / "threat-2.ndjson.zst.open").write_bytes(
        zstandard.compress(SECOND) + zstandard.compress(lines([("c", {})]))
    )
    (tmp_path / "threat-0.ndjson.kept").write_bytes(lines([("d", {})]))
    (tmp_path / "threat_event-1.ndjson").write_bytes(lines([("e", {})]))
    assert FileIds(tmp_path).present("threat", ["a", "b", "c", "d", "e"]) == {"a", "b", "c", "d"}


def test_what_is_cut_off_is_not_there(tmp_path: Path) -> None:
    """A line without its end, or a packed piece without its end, is no document."""
    (tmp_path / "alert-1.ndjson.open").write_bytes(FIRST + SECOND[:-1])
    (tmp_path / "alert-2.ndjson.zst.open").write_bytes(
        zstandard.compress(lines([("c", {})])) + zstandard.compress(SECOND)[:-4]
    )
    assert FileIds(tmp_path).present("alert", ["a", "b", "c"]) == {"a", "c"}


def test_changed_folder_is_read_again(tmp_path: Path) -> None:
    """What was written, renamed or taken away since the last question counts at the next one."""
    ids = FileIds(tmp_path)
    path = tmp_path / "alert-1.ndjson.open"
    path.write_bytes(FIRST)
    assert ids.present("alert", ["a", "b"]) == {"a"}
    path.write_bytes(FIRST + SECOND)
    assert ids.present("alert", ["a", "b"]) == {"a", "b"}
    path.rename(tmp_path / "alert-1.ndjson")
    assert ids.present("alert", ["a", "b"]) == {"a", "b"}
    (tmp_path / "alert-1.ndjson").unlink()
    assert ids.present("alert", ["a", "b"]) == frozenset()
