"""What an action brings, when a process ends in the middle of it, and when it can't be read."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from s1ecs.api.download import Upload
from s1ecs.respond.audit.journal import Entry
from s1ecs.respond.files import result_files
from s1ecs.respond.files.result_files import Fetched, bring
from s1ecs.respond.following import Outcome
from tests.unit.api.conftest import console as console  # noqa: PLC0414 - pytest finds it by its name here
from tests.unit.api.console import Console, raw

from .test_audit import ENTRY
from .test_download import _connection

if TYPE_CHECKING:
    from s1ecs.respond.console import ActionConsole

PROCESSES = replace(ENTRY, action="processes")
DONE = Outcome("done", "completed", {}, {"task": "1"})


class _Acting:
    """What `bring` needs of a console to act on."""

    name = "hq"

    def __init__(self, url: str) -> None:
        self.client = self
        self.connection = _connection(url)

    async def result_of(self, task: str) -> Upload:
        """Where the result of a task is."""
        return Upload(f"/tasks/{task}")


def _zip(text: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("ps.csv", text)
    return made.getvalue()


async def _bring(console: Console, entry: Entry, into: Path) -> tuple[Fetched, list[Mapping[str, Any]]]:
    noted: list[Mapping[str, Any]] = []

    async def note(more: Mapping[str, Any]) -> None:
        noted.append(more)

    acting = cast("ActionConsole", _Acting(console.url))
    return await bring(acting, entry, DONE, into, unpack=False, tell=lambda _: None, note=note), noted


async def test_a_file_that_an_earlier_process_brought_is_known_again(console: Console, tmp_path: Path) -> None:
    """Whoever goes on after a crash takes the whole file that was noted and asks for none; another one stays."""
    console.script = [raw(_zip("pid,name\n7,sshd\n"))]
    first, [noted] = await _bring(console, PROCESSES, tmp_path)
    again, _ = await _bring(console, replace(PROCESSES, follow=noted), tmp_path)
    assert again == first
    assert again.brought is not None
    assert len(console.seen) == 1
    again.brought.path.write_bytes(b"changed")
    refused, _ = await _bring(console, replace(PROCESSES, follow=noted), tmp_path)
    assert refused.pending
    assert "is there already" in refused.reason


async def test_what_can_not_be_read_is_a_problem_and_no_failure(
    console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host decides what is in the file: no fault in reading it keeps the action from its end."""

    def broken(_: Mapping[str, bytes]) -> None:
        raise ValueError("never thought of")

    monkeypatch.setattr(result_files, "process_table", broken)
    console.script = [raw(_zip("pid,name\n7,sshd\n"))]
    fetched, _ = await _bring(console, PROCESSES, tmp_path)
    assert not fetched.pending
    assert fetched.brought is not None
    assert "could not be read (ValueError)" in fetched.brought.problems[0]
    assert fetched.brought.path.exists()
