"""The modes of what is made."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from s1ecs.permissions import make_folder, private_file, private_folder


@pytest.fixture(params=[0o000, 0o022, 0o027, 0o077], ids="umask {:03o}".format)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """A umask, for the time of a test."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    """Who may do what with it."""
    return path.stat().st_mode & 0o777


def test_the_umask_makes_narrower_never_wider(tmp_path: Path, umask: int) -> None:
    """A folder and those above it get the mode less what the umask takes; private ones and files are the owner's."""
    make_folder(tmp_path / "a" / "b", 0o750)
    private_folder(tmp_path / "c" / "d")
    os.close(private_file(tmp_path / "c" / "e", os.O_RDWR))
    assert {mode(tmp_path / "a"), mode(tmp_path / "a" / "b")} == {0o750 & ~umask}
    assert {mode(tmp_path / "c"), mode(tmp_path / "c" / "d")} == {0o700}
    assert mode(tmp_path / "c" / "e") == 0o600


def test_one_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    """A shared folder stays shared."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o770)
    make_folder(tmp_path / "shared" / "own")
    assert (mode(tmp_path / "shared"), mode(tmp_path / "shared" / "own")) == (0o770, 0o700)
