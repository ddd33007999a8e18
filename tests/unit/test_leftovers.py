"""Unfinished files of processes that were killed."""

import subprocess
import sys
from pathlib import Path

import pytest

from s1ecs.leftovers import BEGINNING, noted, remove_leftovers

HELD = """
import sys, time
from pathlib import Path
from s1ecs.leftovers import noted
path = Path(sys.argv[2])
if sys.argv[3] == "folder":
    path.mkdir()
    (path / "member").write_bytes(b"x" * 1000)
else:
    path.write_bytes(b"x" * 1000)
    path.with_name(path.name + "-journal").write_bytes(b"x")
with noted(Path(sys.argv[1]), path):
    print("noted", flush=True)
    time.sleep(600)
"""


def started(state: Path, path: Path, kind: str) -> "subprocess.Popen[str]":
    """A process that holds a note of an unfinished file or folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HELD, str(state), str(path), kind], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "noted\n"
    return process


def killed(process: "subprocess.Popen[str]") -> None:
    """Kill it and wait for its end."""
    process.kill()
    process.communicate()


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_a_killed_process_left_is_removed(tmp_path: Path, kind: str) -> None:
    """While its process lives an unfinished file stays; once that was killed it goes, and nothing else does."""
    state, folder = tmp_path / "state", tmp_path / "copies"
    state.mkdir()
    folder.mkdir()
    (folder / ".unfinished-too").write_text("somebody else's")
    process = started(state, folder / ".copy.db.abc", kind)
    try:
        remove_leftovers(state)
        assert (folder / ".copy.db.abc").exists()
    finally:
        killed(process)
    remove_leftovers(state)
    assert [path.name for path in folder.iterdir()] == [".unfinished-too"]
    assert list(state.iterdir()) == []


def test_another_file_in_its_place_stays(tmp_path: Path) -> None:
    """A file that somebody put under the name of an unfinished one is not ours; nor what a link leads to."""
    for name in ("file", "link"):
        state = tmp_path / f"state-{name}"
        state.mkdir()
        path = tmp_path / f".copy.{name}"
        killed(started(state, path, "file"))
        path.rename(tmp_path / f"kept.{name}")
        if name == "link":
            path.symlink_to(tmp_path / f"kept.{name}")
        else:
            path.write_text("somebody else's")
        remove_leftovers(state)
        assert path.is_symlink() == (name == "link")
        assert path.exists()
        assert (tmp_path / f"kept.{name}").exists()
        assert list(state.iterdir()) == []


def test_a_note_that_was_cut_off(tmp_path: Path) -> None:
    """A note without its content goes; so do notes about what is gone already."""
    (tmp_path / f"{BEGINNING}0").write_bytes(b'{"path":"2f')
    (tmp_path / f"{BEGINNING}1").write_bytes(b'{"path":"2f6e6f6e65","inode":1}')
    remove_leftovers(tmp_path)
    assert list(tmp_path.glob(f"{BEGINNING}*")) == []


def test_a_state_that_cannot_be_written(tmp_path: Path) -> None:
    """Where nothing can be noted the work goes on."""
    (tmp_path / "state").write_text("a file")
    (tmp_path / "part").touch()
    with noted(tmp_path / "state", tmp_path / "part"):
        assert (tmp_path / "part").exists()
    remove_leftovers(tmp_path / "state")


def test_nothing_is_left_of_a_note(tmp_path: Path) -> None:
    """What came to its end has no note any more."""
    (tmp_path / "part").touch()
    with noted(tmp_path, tmp_path / "part"):
        [note] = tmp_path.glob(f"{BEGINNING}*")
        assert note.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.glob(f"{BEGINNING}*")) == []
