"""The systemd unit and the container file say what docs/operations.md promises."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from s1ecs.open_files import MOST_RAISED

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "packaging" / "s1ecs.service"


def test_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    """The systemd that is here finds nothing wrong with the unit, once the command is where it says."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here")
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace("/opt/s1ecs/bin/s1ecs", str(Path(sys.executable).with_name("s1ecs"))))
    result = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False)
    assert [line for line in result.stderr.splitlines() if UNIT.name in line] == []
    assert result.returncode == 0, result.stderr


def test_unit_writes_nowhere_but_into_its_state() -> None:
    """All is read-only but the state folder; what crashed starts again, what was told to end does not."""
    service = dict(re.findall(r"^(\w+)=(.*)$", UNIT.read_text(), re.MULTILINE))
    assert service["ProtectSystem"] == "strict"
    assert "ReadWritePaths" not in service
    assert service["Environment"] == f"S1ECS_STATE_DIR=/var/lib/{service['StateDirectory']}"
    assert service["Restart"] == "on-failure"


def test_unit_limits() -> None:
    """The service may open as many files as s1ecs makes use of, and leaves no core file, which would hold secrets."""
    service = dict(re.findall(r"^(\w+)=(.*)$", UNIT.read_text(), re.MULTILINE))
    assert int(service["LimitNOFILE"]) == MOST_RAISED
    assert service["LimitCORE"] == "0"


def test_container_needs_no_rights() -> None:
    """The container runs as a user without rights, keeps its state in a volume, and has a health check."""
    text = (ROOT / "packaging" / "Containerfile").read_text()
    last = text.rpartition("FROM ")[2]
    assert re.findall(r"^USER (\w+)$", last, re.MULTILINE) == ["s1ecs"]
    state = re.findall(r"^VOLUME (\S+)$", last, re.MULTILINE)
    assert state == re.findall(r"S1ECS_STATE_DIR=(\S+)", last)
    assert re.search(r"^HEALTHCHECK .*CMD s1ecs status \|\| \[ \$\? -eq 1 \]$", last, re.MULTILINE)


def test_files_that_the_container_is_built_from() -> None:
    """Whatever the container file copies is in the project."""
    text = (ROOT / "packaging" / "Containerfile").read_text()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    assert copied
    assert [path for line in copied for path in line.split() if not (ROOT / path).exists()] == []
