"""Outputs with the real process: store and files at once, standard output in a pipe."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from .conftest import ALERTS, MOMENT, S1ECS, Commands
from .patience import PATIENCE


def lines(folder: Path, pattern: str) -> Iterator[str]:
    """The ids in the files of a folder."""
    for path in sorted(folder.glob(pattern)):
        for line in path.read_bytes().splitlines():
            yield json.loads(line)["_id"]


def test_store_and_files_agree_after_kills(commands: Commands) -> None:
    """Killed several times, files and store hold the same ids, each once; a closed file never changes."""
    outputs = "[{type: store}, {type: files, path: out, max_size: 600KB}]"
    out = commands.folder / "out"
    closed: dict[str, bytes] = {}
    for number in range(4):
        process = commands.start("collect", "alert", S1ECS_PAGE_SIZE="100", S1ECS_OUTPUTS=outputs)
        before = len(list(lines(out, "*.ndjson")))
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and len(list(lines(out, "*.ndjson"))) <= before and process.poll() is None:
            time.sleep(0.02 * (number + 1))
        process.kill()
        process.communicate()
        for path in out.glob("*.ndjson"):
            assert closed.setdefault(path.name, path.read_bytes()) == path.read_bytes()
    assert closed
    commands.ok("collect", "alert", S1ECS_OUTPUTS=outputs)
    ids = [*lines(out, "*.ndjson"), *lines(out, "*.open")]
    stored = [row["id"] for row in commands.query("SELECT id FROM alert")]
    assert len(ids) == len(set(ids)) == ALERTS
    assert sorted(ids) == sorted(stored)


def test_backfill_beside_and_behind_collect_doubles_nothing(commands: Commands) -> None:
    """Two processes at once, then a backfill of what was collected and forgotten: each document lies in files once."""
    commands.environment["S1ECS_OUTPUTS"] = "[{type: files, path: out}]"
    names = ("activity", "alert", "threat", "unified_alert")
    period = ("--from", "2026-01-29T00:00:00Z", "--to", MOMENT)
    collecting = commands.start("collect", *names, S1ECS_PAGE_SIZE="200")
    commands.ok("backfill", *names, *period, S1ECS_PAGE_SIZE="200")
    _, errors = collecting.communicate(timeout=PATIENCE)
    assert collecting.returncode == 0, errors
    commands.ok("backfill", *names, "--from", "2026-01-28T00:00:00Z", "--to", MOMENT)
    ids = list(lines(commands.folder / "out", "*.ndjson.open"))
    assert len(ids) == len(set(ids)) > ALERTS


def test_standard_output_has_documents_alone(commands: Commands) -> None:
    """In a pipe every line is a document with its id; a second run prints nothing."""
    outputs = '[{type: files, path: "-"}]'
    printed = commands.ok("collect", "alert", S1ECS_OUTPUTS=outputs).splitlines()
    documents = [json.loads(line) for line in printed]
    assert len({document["_id"] for document in documents}) == len(documents) == ALERTS
    assert commands.ok("collect", "alert", S1ECS_OUTPUTS=outputs) == ""


def test_reader_that_goes_away_ends_run(commands: Commands) -> None:
    """`run` before a program that ends is one line on standard error, without a traceback, and exit status 1."""
    environment = commands.environment | {"S1ECS_OUTPUTS": '[{type: files, path: "-"}]', "S1ECS_STREAMS": "alert"}
    with subprocess.Popen(
        [S1ECS, "run"],
        cwd=commands.folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        errors = process.stderr.read().decode()
        assert process.wait(PATIENCE) == 1, errors
    told = [line for line in errors.splitlines() if "standard output" in line]
    assert told == [
        "s1ecs: standard output: closed by the reader (broken pipe); restart s1ecs together with its reader"
    ]
    assert "Traceback" not in errors


def test_dead_letters_of_nobody(commands: Commands) -> None:
    """Before anything was refused the list is empty and there is nothing to deliver again."""
    commands.ok("collect", "group")
    assert json.loads(commands.ok("dead-letters", "--json")) == []
    for arguments in ((), ("alert",), ("--retry",)):
        assert commands.ok("dead-letters", *arguments) == "no dead letters\n"


def test_a_damaged_dead_letter_is_in_the_way_of_its_stream_alone(commands: Commands) -> None:
    """Listing and --retry name the line and go on with the other streams; exit status 1."""
    letter = {
        "time": "2026-01-31T12:00:00.000Z",
        "output": "search",
        "console": "second",
        "namespace": "default",
        "stream": "threat",
        "id": "x",
        "reason": "too long",
        "document": {},
    }
    folder = commands.state / "dead-letters"
    folder.mkdir(parents=True)
    (folder / "alert.ndjson").write_text("{}\n")
    (folder / "threat.ndjson").write_text(json.dumps(letter) + "\n")
    damage = f"s1ecs: {folder}/alert.ndjson line 1: is not a dead letter; correct or remove the line"
    listed = commands.run("dead-letters")
    assert (listed.returncode, listed.stderr.splitlines()) == (1, [damage])
    assert "2026-01-31T12:00:00.000Z  second   threat  search" in listed.stdout
    as_json = commands.run("dead-letters", "--json")
    assert (as_json.returncode, json.loads(as_json.stdout)) == (
        1,
        [{name: value for name, value in letter.items() if name != "namespace"}],
    )
    retried = commands.run("dead-letters", "--retry")
    assert (retried.returncode, retried.stdout.splitlines()) == (
        1,
        ["alert: unchanged", "threat: 0 delivered, 1 unchanged"],
    )
    assert retried.stderr.splitlines()[0] == damage
