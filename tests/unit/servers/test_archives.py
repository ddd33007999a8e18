"""Fetching an archive: what Maven gives is unpacked whole or not at all."""

import os
import stat
import sys
from pathlib import Path

import pytest

from servers.archives import ARCHIVES, unpacked
from servers.unavailable import Unavailable

MAVEN = """#!{python}
import sys, zipfile
from pathlib import Path
folder = next(each for each in sys.argv if each.startswith("-DoutputDirectory=")).partition("=")[2]
Path({asked!r}).open("a").write("asked\\n")
if {status}:
    print("[ERROR] a reason of Maven's")
    sys.exit({status})
with zipfile.ZipFile(Path(folder) / "server.zip", "w") as archive:
    archive.writestr("{name}/bin/{kind}", "#!/bin/sh")
    archive.writestr("{name}/lib/one.jar", "jar")
"""


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """The file that has a line for each time that Maven was asked."""
    return tmp_path / "asked"


def put_maven(folder: Path, asked: Path, monkeypatch: pytest.MonkeyPatch, *, status: int) -> None:
    """Put a program in Maven's place that leaves a small archive behind, or fails."""
    name = ARCHIVES["elasticsearch"].folder
    program = folder / "mvn"
    text = MAVEN.format(python=sys.executable, asked=str(asked), status=status, name=name, kind="elasticsearch")
    program.write_text(text)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_archive_is_fetched_once(tmp_path: Path, asked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first call fetches and unpacks it, with programs that can be run; the second one finds it."""
    put_maven(tmp_path, asked, monkeypatch, status=0)
    cache = tmp_path / "cache"
    folder = unpacked("elasticsearch", cache)
    assert unpacked("elasticsearch", cache) == folder
    assert asked.read_text() == "asked\n"
    assert (folder / "bin" / "elasticsearch").stat().st_mode & stat.S_IXOTH
    assert not (folder / "lib" / "one.jar").stat().st_mode & stat.S_IXOTH


def test_failed_fetch_leaves_nothing(tmp_path: Path, asked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Maven can't fetch is a reason to skip with Maven's words, and the next call asks it again."""
    put_maven(tmp_path, asked, monkeypatch, status=1)
    cache = tmp_path / "cache"
    for _ in range(2):
        with pytest.raises(Unavailable, match="a reason of Maven's"):
            unpacked("elasticsearch", cache)
    assert asked.read_text() == "asked\nasked\n"
    assert [path.name for path in cache.iterdir() if path.suffix != ".lock"] == []
