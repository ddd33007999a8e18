"""One walker a checkpoint: locks of real files, held by real processes."""

import errno
import fcntl
import os
import platform
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from s1ecs.collect.checkpoint import WalkName
from s1ecs.errors import StateError, WalkTaken
from s1ecs.state import locks
from s1ecs.state.locks import file_name, held

if TYPE_CHECKING:
    from collections.abc import Iterator

ALERTS = WalkName("default", "alert", "live")
OTHERS = WalkName("default", "threat", "live")

HOLDER = """
import asyncio, sys
from pathlib import Path
from s1ecs.collect.checkpoint import WalkName
from s1ecs.state.locks import held

async def hold():
    async with held(Path(sys.argv[1]), [WalkName("default", "alert", "live")]):
        print("held", flush=True)
        sys.stdin.read()

asyncio.run(hold())
"""


@pytest.fixture
def holder(tmp_path: Path) -> "Iterator[subprocess.Popen[str]]":
    """Another process that holds the walk of the alerts."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


async def test_the_second_is_refused_with_the_first_ones_process_and_host(
    tmp_path: Path, holder: "subprocess.Popen[str]"
) -> None:
    """Whoever comes second learns which process on which host to stop."""
    expected = f"default alert: already collected by process {holder.pid} on host {platform.node()}; stop it"
    with pytest.raises(WalkTaken) as refusal:
        async with held(tmp_path, [ALERTS]):
            pass
    assert str(refusal.value).startswith(expected)
    assert refusal.value.exit_status == 1


async def test_other_walks_are_free(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    """Another stream, another console and another walk of the same stream are nobody's business."""
    others = [OTHERS, ALERTS._replace(console="other"), ALERTS._replace(walk="backfill 2026-01-01T00:00:00Z")]
    async with held(tmp_path, others):
        assert holder.poll() is None


async def test_a_killed_process_lets_go(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    """The kernel releases what a process held that was killed; the next one's name stands there then."""
    holder.send_signal(signal.SIGKILL)
    holder.wait(10)
    async with held(tmp_path, [ALERTS]):
        assert f"process {os.getpid()} on" in (tmp_path / "locks" / file_name(ALERTS)).read_text()


async def test_all_or_none(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    """Where one of several walks is taken, the others are let go again."""
    with pytest.raises(WalkTaken):
        async with held(tmp_path, [OTHERS, ALERTS]):
            pass
    async with held(tmp_path, [OTHERS]):
        assert holder.poll() is None


async def test_held_again_after_the_end(tmp_path: Path) -> None:
    """A walk can be held again and again by the same process, but not twice at once."""
    for _ in range(2):
        async with held(tmp_path, [ALERTS]):
            with pytest.raises(WalkTaken, match=f"process {os.getpid()} "):
                async with held(tmp_path, [ALERTS]):
                    pass


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o277])
async def test_lock_files_are_private(tmp_path: Path, mask: int) -> None:
    """Lock files are the owner's alone, whatever the umask."""
    before = os.umask(mask)
    try:
        async with held(tmp_path / "state", [ALERTS]):
            pass
    finally:
        os.umask(before)
    folder = tmp_path / "state" / "locks"
    modes = [path.stat().st_mode & 0o777 for path in (folder.parent, folder, folder / file_name(ALERTS))]
    assert modes == [0o700, 0o700, 0o600]


async def test_a_file_system_without_locks_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file system can't lock, collecting is refused with what to do: two processes might collect the same."""

    def no_locks(_descriptor: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(StateError, match=r"can't lock files \(No locks available\).*on a local disk"):
        async with held(tmp_path, [ALERTS]):
            pass


async def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """A state folder that can't hold the locks ends in one error, not in a collection without them."""
    (tmp_path / locks.FOLDER_NAME).write_text("")
    with pytest.raises(StateError, match="give s1ecs write access"):
        async with held(tmp_path, [ALERTS]):
            pass


def test_names_of_files() -> None:
    """Each walk has a file of its own, named in characters that every file system takes."""
    walks = [
        ALERTS,
        ("a+b", "c", "d"),
        ("a", "b+c", "d"),
        ("a", "b", "c+d"),
        ("a", "b", "backfill 2026-01-01T00:00:00Z"),
    ]
    names = [file_name(WalkName(*walk)) for walk in walks]
    assert len(set(names)) == len(walks)
    assert names[0] == "default+alert+live.lock"
    assert not set("".join(names)) & set(' /\\:*?"<>|')
