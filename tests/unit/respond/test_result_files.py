"""What an action brings, when a process ends in the middle of it, and when it can't be read."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from s1ecs.respond.files import result_files
from s1ecs.respond.files.result_files import Fetched, bring
from s1ecs.respond.files.unfinished import not_noted
from s1ecs.respond.trackers import TrackerOutcome
from s1ecs.respond.trackers.follow_state import Followed, FollowState, NotedFile
from s1ecs.sentinelone.downloads import ConsoleFile
from tests.unit.sentinelone.conftest import console as console  # noqa: PLC0414 - pytest finds it by its name here
from tests.unit.sentinelone.console import Console, raw

from .test_audit import ENTRY
from .test_download import _connection

if TYPE_CHECKING:
    from s1ecs.respond.session import ActionConsole

PROCESSES = replace(ENTRY, action="processes")
DONE = TrackerOutcome("done", "completed", {}, {"task": "1"})


class _Acting:
    """What `bring` needs of a console to act on."""

    name = "hq"

    def __init__(self, url: str) -> None:
        self.client = self
        self.connection = _connection(url)

    unfinished = staticmethod(not_noted)

    async def result_of(self, task: str) -> ConsoleFile:
        """Where the result of a task is."""
        return ConsoleFile(f"/tasks/{task}")


def _zip(text: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("ps.csv", text)
    return made.getvalue()


async def _bring(console: Console, into: Path, downloaded: NotedFile | None = None) -> tuple[Fetched, list[NotedFile]]:
    noted: list[NotedFile] = []

    async def note(file: NotedFile) -> None:
        noted.append(file)

    acting = cast("ActionConsole", _Acting(console.url))
    followed = Followed(PROCESSES, FollowState(downloaded=downloaded))
    return await bring(acting, followed, DONE, into, unpack=False, tell=lambda _: None, note=note), noted


async def test_a_file_that_an_earlier_process_brought_is_known_again(console: Console, tmp_path: Path) -> None:
    """Whoever goes on after a crash takes the whole file that was noted and asks for none; another one stays."""
    console.script = [raw(_zip("pid,name\n7,sshd\n"))]
    first, [noted] = await _bring(console, tmp_path)
    again, _ = await _bring(console, tmp_path, noted)
    assert again == first
    assert again.brought is not None
    assert (again.brought.encryption, "may contain malware" in again.brought.warning) == ("none", True)
    assert len(console.seen) == 1
    again.brought.path.write_bytes(b"changed")
    refused, _ = await _bring(console, tmp_path, noted)
    assert refused.pending
    assert "already exists" in refused.reason


async def test_what_can_not_be_read_is_a_problem_and_no_failure(
    console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host decides what is in the file: no fault in reading it keeps the action from its end."""

    def broken(_: Mapping[str, bytes]) -> None:
        raise ValueError("never thought of")

    monkeypatch.setattr(result_files, "process_table", broken)
    console.script = [raw(_zip("pid,name\n7,sshd\n"))]
    fetched, _ = await _bring(console, tmp_path)
    assert not fetched.pending
    assert fetched.brought is not None
    assert "could not be read (ValueError)" in fetched.brought.problems[0]
    assert fetched.brought.path.exists()
