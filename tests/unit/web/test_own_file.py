from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from s1ecs.respond.audit.journal import Entry
from s1ecs.settings import load
from s1ecs.streams import STREAMS
from s1ecs.web.actions.desk import ResponseDesk
from s1ecs.web.actions.result_files import own_file, shown_result


@pytest.fixture
def desk(tmp_path: Path) -> ResponseDesk:
    """A desk whose state folder has a file beside the results."""
    (tmp_path / "s1ecs.db").write_bytes(b"secret")
    environment = {"S1ECS_STATE_DIR": str(tmp_path), "S1ECS_URL": "https://example.test", "S1ECS_TOKEN": "t"}
    return ResponseDesk(
        load(file=None, environment=environment, flags={}, streams=list(STREAMS), working_folder=tmp_path)
    )


def entry_of(file: Path, **details: Any) -> Entry:
    """Make an action that brought a file."""
    now = datetime(2026, 1, 31, tzinfo=UTC)
    told = {"file": str(file), "size": 6, "sha256": "00", **details}
    return Entry("an-id", "default", "get-file", now, "ada", "machine", "", (), (), "done", details=told)


def brought(desk: ResponseDesk, identity: str, name: str = "a.zip") -> Path:
    """Put a file into the folder of an action."""
    file = desk.folder_of(identity) / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"zipped")
    return file


@pytest.mark.parametrize("owner", ["an-id", "a-batch"])
def test_a_file_of_the_action_or_its_batch(desk: ResponseDesk, owner: str) -> None:
    """A file in the folder of the action, or of its batch, is its own."""
    found = own_file(desk, entry_of(brought(desk, owner), batch="a-batch"))
    assert found is not None
    assert found.path.read_bytes() == b"zipped"


async def test_files_that_are_not_its_own(desk: ResponseDesk) -> None:
    """Whatever path the journal has, no other file is served: not the state, and not that of another action."""
    state = desk.folder_of("x").parent.parent
    others = [
        state / "s1ecs.db",
        desk.folder_of("an-id") / ".." / ".." / "s1ecs.db",
        brought(desk, "another-id"),
        brought(desk, "an-id", "deeper/a.zip"),
        desk.folder_of("an-id") / "missing.zip",
    ]
    assert [own_file(desk, entry_of(path, batch="a-batch")) for path in others] == [None] * len(others)
    shown = await shown_result(desk, entry_of(others[0]))
    assert (shown.files, shown.elsewhere) == ((), str(others[0]))


async def test_a_result_that_cannot_be_read(desk: ResponseDesk) -> None:
    """A page comes of whatever a host sent; the file can be downloaded all the same."""
    entry = entry_of(brought(desk, "an-id"))
    broken = Entry(**{**vars(entry), "action": "processes"})
    shown = await shown_result(desk, broken)
    assert len(shown.files) == 1
    assert shown.problem
    assert shown.processes is None
