"""What was promised of fetched files, and what of it was kept."""

from dataclasses import replace
from pathlib import Path

import pytest

from s1ecs.errors import WrongPassword
from s1ecs.respond.files.archive import read_members
from s1ecs.respond.files.outcome import file_outcome
from s1ecs.respond.files.promised import Inside, Promised
from s1ecs.respond.files.result_files import Brought, Fetched
from s1ecs.respond.trackers import TrackerOutcome

from .encrypted_zip import encrypted_zip
from .test_audit import ENTRY

SHA1 = "95e979551bd820befb1aa9f03c39513033e9273f"


@pytest.mark.parametrize(
    ("file", "broken"),
    [
        (Inside("x", 3, SHA1.upper()), 0),
        (Inside("x"), 0),
        (Inside("x", 4, SHA1), 1),
        (Inside("x", 3, "00" * 20), 1),
        (Inside("x", 4, "00" * 20), 2),
    ],
)
def test_the_file_of_a_threat_is_as_the_console_says(file: Inside, broken: int) -> None:
    """Size and SHA-1 that the console tells of a file are held against the file that came, where it was opened."""
    assert len(Promised(sha1=SHA1, size=3).broken([file])) == broken


def test_two_files_of_one_name_are_two() -> None:
    """Files of one name in two folders are asked for twice, and one of them is not both."""
    promised = Promised(("C:\\a\\x", "C:\\b\\x"))
    assert len(promised.broken([Inside("C/a/x")])) == 1
    assert promised.broken([Inside("C/a/x"), Inside("C/b/X")]) == []
    assert promised.broken([Inside("C/a/x")], missing=["C:\\b\\x"]) == []


def test_a_list_of_processes_has_some() -> None:
    """A result without any process is no list of processes; that of another script counts as it is."""
    outcome = TrackerOutcome("done", "the task completed", {}, {"task": "1"})
    fetched = Fetched("the task completed", Brought(Path("x"), 1, "", problems=("damaged",)))
    processes = file_outcome(replace(ENTRY, action="processes"), outcome, fetched)
    script = file_outcome(replace(ENTRY, action="run-script"), outcome, fetched)
    assert (processes.status, script.status) == ("failed", "done")
    assert "no processes: damaged" in processes.reason
    assert "its result cannot be read: damaged" in script.reason


def test_the_result_of_a_script_that_is_encrypted(tmp_path: Path) -> None:
    """No password belongs to a script that was run without one: nobody is sent to look for it in the request."""
    (tmp_path / "a.zip").write_bytes(encrypted_zip({"stdout": b"1"}, "Some-1"))
    with pytest.raises(WrongPassword, match="no password was requested"):
        read_members(tmp_path / "a.zip")
