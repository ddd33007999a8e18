"""Which Java a server gets, and what a machine without one is told."""

from pathlib import Path

import pytest

from servers.java import java_home
from servers.unavailable import Unavailable


def home(folder: Path, version: str) -> Path:
    """A home of Java as far as one can see without running it."""
    made = folder / f"java-{version}"
    (made / "bin").mkdir(parents=True)
    (made / "bin" / "java").touch()
    (made / "release").write_text(f'IMPLEMENTOR="nobody"\nJAVA_VERSION="{version}"\nJAVA_VERSION_DATE="2025-01-01"\n')
    return made


def test_newest_java_is_taken(tmp_path: Path) -> None:
    """Of several the newest is taken; folders that hold none don't matter."""
    homes = [home(tmp_path, version) for version in ("17.0.15", "25", "21.0.1")]
    assert java_home([*homes, tmp_path / "empty"]) == homes[1]


def test_old_java_is_named(tmp_path: Path) -> None:
    """Where all are too old, the reason to skip names the newest of them."""
    with pytest.raises(Unavailable, match="Java 17 is too old"):
        java_home([home(tmp_path, "17.0.15"), home(tmp_path, "11.0.2")])


def test_no_java(tmp_path: Path) -> None:
    """Where there is none, the reason says so."""
    with pytest.raises(Unavailable, match="no Java on this machine"):
        java_home([tmp_path])
