"""One walker a checkpoint: locks of real files, held by real processes."""

import errno
import fcntl
import os
import platform
import resource
import signal
import subprocess
import sys
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from s1ecs.errors import StateError, WalkTaken
from s1ecs.state.checkpoints import WalkName
from s1ecs.state.sqlite import leases
from s1ecs.state.sqlite.leases import SqliteLeases, file_name

if TYPE_CHECKING:
    from collections.abc import Iterator

ALERTS = WalkName("default", "alert", "live")
OTHERS = WalkName("default", "threat", "live")

HOLDER = """
import asyncio, sys
from pathlib import Path
from s1ecs.state.checkpoints import WalkName
from s1ecs.state.sqlite.leases import SqliteLeases

async def hold():
    async with SqliteLeases(Path(sys.argv[1])).held([WalkName("default", "alert", "live")]):
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
        async with SqliteLeases(tmp_path).held([ALERTS]):
            pass
    assert str(refusal.value).startswith(expected)
    assert refusal.value.exit_status == 1


async def test_other_walks_are_free(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    """Another stream, another console and another walk of the same stream are nobody's business."""
    others = [OTHERS, ALERTS._replace(console="other"), ALERTS._replace(walk="backfill 2026-01-01T00:00:00Z")]
    async with SqliteLeases(tmp_path).held(others):
        assert holder.poll() is None


async def test_a_killed_process_lets_go(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    """The kernel releases what a process held that was killed; the next one's name stands there then."""
    holder.send_signal(signal.SIGKILL)
    holder.wait(120)
    async with SqliteLeases(tmp_path).held([ALERTS]):
        assert f"process {os.getpid()} on" in (tmp_path / "locks" / file_name(ALERTS)).read_text()


async def test_all_or_none(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    """Where one of several walks is taken, the others are let go again."""
    with pytest.raises(WalkTaken):
        async with SqliteLeases(tmp_path).held([OTHERS, ALERTS]):
            pass
    async with SqliteLeases(tmp_path).held([OTHERS]):
        assert holder.poll() is None


async def test_held_again_after_the_end(tmp_path: Path) -> None:
    """A walk can be held again and again by the same process, but not twice at once."""
    for _ in range(2):
        async with SqliteLeases(tmp_path).held([ALERTS]):
            with pytest.raises(WalkTaken, match=f"process {os.getpid()} "):
                async with SqliteLeases(tmp_path).held([ALERTS]):
                    pass


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o277])
async def test_lock_files_are_private(tmp_path: Path, mask: int) -> None:
    """Lock files are the owner's alone, whatever the umask."""
    before = os.umask(mask)
    try:
        async with SqliteLeases(tmp_path / "state").held([ALERTS]):
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
        async with SqliteLeases(tmp_path).held([ALERTS]):
            pass


async def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """A state folder that can't hold the locks ends in one error, not in a collection without them."""
    (tmp_path / leases.FOLDER_NAME).write_text("")
    with pytest.raises(StateError, match="give s1ecs write access"):
        async with SqliteLeases(tmp_path).held([ALERTS]):
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


def descriptors() -> list[int]:
    """The descriptors that this process has open, and the one that lists them."""
    return [int(path.name) for path in Path("/proc/self/fd").iterdir()]


async def test_one_descriptor_for_all_walks(tmp_path: Path) -> None:
    """A process holds any number of walks by one descriptor, and by none once it holds no walk."""
    walks = [WalkName(f"console-{number}", "alert", "live") for number in range(50)]
    before = len(descriptors())
    one_process = SqliteLeases(tmp_path)
    async with AsyncExitStack() as stack:
        for walk in walks:
            await stack.enter_async_context(one_process.held([walk]))
        assert len(descriptors()) == before + 1
        with pytest.raises(WalkTaken):
            async with SqliteLeases(tmp_path).held(walks[-1:]):
                pass
    assert len(descriptors()) == before
    async with SqliteLeases(tmp_path).held(walks):
        pass
    assert list((tmp_path / leases.FOLDER_NAME).glob("holder-*")) == []


async def test_one_of_several_walks_is_let_go(tmp_path: Path) -> None:
    """Of the walks that a process holds each is let go by itself: another process has it while the others stay held."""
    one_process = SqliteLeases(tmp_path)
    async with one_process.held([ALERTS]):
        async with one_process.held([OTHERS]):
            pass
        async with SqliteLeases(tmp_path).held([OTHERS]):
            with pytest.raises(WalkTaken):
                async with one_process.held([OTHERS]):
                    pass
            with pytest.raises(WalkTaken):
                async with SqliteLeases(tmp_path).held([ALERTS]):
                    pass


async def test_what_a_killed_process_left_is_removed(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    """The file by which a killed process held its walks is removed by whoever takes one of them."""
    holder.kill()
    holder.wait(120)
    [left] = (tmp_path / leases.FOLDER_NAME).glob("holder-*")
    async with SqliteLeases(tmp_path).held([ALERTS]):
        assert not left.exists()


async def test_a_stopped_process_keeps_its_walks(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    """A process that is halted, and so answers nobody, holds what it held."""
    holder.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(WalkTaken, match=f"process {holder.pid} "):
            async with SqliteLeases(tmp_path).held([ALERTS]):
                pass
    finally:
        holder.send_signal(signal.SIGCONT)


async def test_an_s1ecs_from_before_is_respected(tmp_path: Path) -> None:
    """A walk whose own file is locked, as earlier versions do it for as long as they collect, is taken."""
    path = tmp_path / leases.FOLDER_NAME / file_name(ALERTS)
    async with SqliteLeases(tmp_path).held([ALERTS]):
        pass
    with path.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write("process 7 on host there\n")
        file.flush()
        with pytest.raises(WalkTaken, match="already collected by process 7 on host there;"):
            async with SqliteLeases(tmp_path).held([ALERTS]):
                pass
    async with SqliteLeases(tmp_path).held([ALERTS]):
        pass


async def test_a_walk_whose_file_cannot_be_written_any_more_is_free_in_the_end(tmp_path: Path) -> None:
    """Where a walk can't be let go, as on a disk that is read-only now, it is free once its process holds none."""
    one_process = SqliteLeases(tmp_path)
    path = tmp_path / leases.FOLDER_NAME / file_name(ALERTS)
    async with one_process.held([ALERTS]):
        note = path.read_text()
    path.write_text(note)
    async with one_process.held([ALERTS]):
        pass
    path.write_text(note)
    async with SqliteLeases(tmp_path).held([ALERTS]):
        pass


async def test_no_descriptor_left_for_a_lock(tmp_path: Path) -> None:
    """At the limit of open files the lock's error names the limit and how to raise it, not rights."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    async with SqliteLeases(tmp_path).held([OTHERS]):
        pass
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(descriptors()), hard))
    opened = []
    try:
        with suppress(OSError):
            while True:
                opened.append(os.open(os.devnull, os.O_RDONLY))
        with pytest.raises(
            StateError, match=r"the limit of open files is reached \((\d+) of \1 are open\).*LimitNOFILE"
        ):
            async with SqliteLeases(tmp_path).held([ALERTS]):
                pass
    finally:
        for descriptor in opened:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
