"""CONTRIBUTING.md: additions to a copy of this repository, made in exactly the files that its table names."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import pytest

from .additions import POLICY, Copy, add_field, add_output, add_page, add_setting, add_stream
from .conftest import Commands, serving
from .installed import ROOT
from .patience import PATIENCE

# The placeholders of the table in the additions of this test.
NAMES = {"STREAM": "policy", "OUTPUT": "json_folder", "PAGE": "colours", "CASE": "policies"}
NAMES_OF_THE_FIELD = {"STREAM": "group", "CASE": "colours"}


class Row(NamedTuple):
    """The files to edit, and those that `make docs` updates."""

    edit: frozenset[str]
    generated: frozenset[str]


def table() -> Mapping[str, Row]:
    """Read the rows that are marked with *, their placeholders filled."""
    rows = {}
    for line in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines():
        if found := re.fullmatch(r"\| (an? \w+) \* \| (.*) \| ?(.*) \|", line):
            names = NAMES_OF_THE_FIELD if found[1] == "a field" else NAMES
            edit, generated = (frozenset(_filled(cell, names)) for cell in found.groups()[1:])
            rows[found[1]] = Row(edit, generated)
    return rows


def _filled(cell: str, names: Mapping[str, str]) -> Iterator[str]:
    for path in re.findall(r"`([^`]+)`", cell):
        yield re.sub("|".join(names), lambda name: names[name[0]], path)


class Changed(Commands):
    """Commands of the copy."""

    def __init__(self, folder: Path, url: str, copy: Copy) -> None:
        super().__init__(folder, url)
        self.copy = copy
        self.environment |= {"PYTHONPATH": str(copy.root / "src")}

    def module(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a module of Python in the copy."""
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=self.copy.root,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )


class Console(BaseHTTPRequestHandler):
    """A console that has one policy and nothing else."""

    def do_GET(self) -> None:
        """Answer."""
        found = self.path.startswith("/web/api/v2.1/made-up/policies?")
        answer = {"data": [POLICY], "pagination": {"nextCursor": None, "totalItems": 1}} if found else {"errors": []}
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Changed]:
    """Commands of a copy with all additions, its documentation generated, and a console with the new stream."""
    copy = Copy(tmp_path_factory.mktemp("copy"))
    for add in (add_field, add_stream, add_setting, add_output, add_page):
        add(copy)
    with serving(Console) as address:
        yield Changed(tmp_path_factory.mktemp("run"), f"http://{address}", copy)


def test_the_table_names_the_files_that_were_edited(changed: Changed) -> None:
    """Each addition edits the files of its row, all of them and no others."""
    assert changed.copy.edited == {addition: row.edit for addition, row in table().items()}


def test_the_documentation_is_generated(changed: Changed) -> None:
    """The check fails for the pages of the table until they are generated; then the tests of docs hold."""
    stale = changed.module("docs.generate", "--check")
    assert stale.returncode == 1
    assert set(re.findall(r"^(\S+) is out of date", stale.stderr, re.MULTILINE)) == frozenset().union(
        *(row.generated for row in table().values())
    )
    assert changed.module("docs.generate").returncode == 0
    assert changed.module("docs.generate", "--check").returncode == 0
    tested = changed.module("pytest", "-q", "-p", "no:cacheprovider", "tests/unit/test_docs.py")
    assert tested.returncode == 0, tested.stdout
    assert "| sentinel_one.policy.agent.count | long |" in (changed.copy.root / "docs/streams/policy.md").read_text()


def test_the_field_and_the_stream_are_mapped(changed: Changed) -> None:
    """The new fields are listed and mapped; the new cases pass, and so do the tests of each stream's index template."""
    fields = {row["name"]: row["type"] for row in json.loads(changed.ok("fields", "policy", "--json"))}
    assert fields["sentinel_one.policy.agent.count"] == "long"
    assert "sentinel_one.group.colour" in changed.ok("fields", "group")
    mapped = json.loads(changed.run("transform", "policy", stdin=json.dumps(POLICY)).stdout)
    assert mapped["sentinel_one"] == {"policy": {"id": "7", "agent": {"count": 3}}}
    files = ("streams/test_cases.py", "streams/test_setting_names.py", "ecs/test_index_mapping.py")
    chosen = "group or policy"
    tested = changed.module(
        "pytest", "-q", "-p", "no:cacheprovider", "-k", chosen, *(f"tests/unit/{file}" for file in files)
    )
    assert tested.returncode == 0, tested.stdout


def test_the_output_passes_the_contract(changed: Changed) -> None:
    """The suite of all outputs runs for the new one, and it is registered."""
    tested = changed.module(
        "pytest", "-q", "-p", "no:cacheprovider", "-k", "JsonFolder or registered", "tests/contract/test_outputs.py"
    )
    assert tested.returncode == 0, tested.stdout
    assert int(re.findall(r"(\d+) passed", tested.stdout)[0]) > 10


def test_the_stream_is_collected_into_the_output(changed: Changed) -> None:
    """The setting is shown and set; a document of the new stream arrives in the new output and in the view, once."""
    folder = changed.folder / "documents"
    outputs = json.dumps([{"type": "store"}, {"type": "json_folder", "path": str(folder)}])
    given = {"S1ECS_OUTPUTS": outputs, "S1ECS_PATIENCE": "5"}
    assert re.search(r"^patience +5 ", changed.ok("settings", **given), re.MULTILINE)
    for _ in range(2):
        changed.ok("collect", "policy", **given)
    [document] = [json.loads(path.read_bytes()) for path in folder.iterdir()]
    assert document["event"]["dataset"] == "sentinel_one.policy"
    [row] = changed.query("SELECT agents, id FROM policy")
    assert row["agents"] == 3
    [status] = [row for row in json.loads(changed.ok("streams", "--json", **given)) if row["stream"] == "policy"]
    assert status["endpoint"] == "GET /made-up/policies"
    assert [unquote(path.name) for path in folder.iterdir()] == [row["id"]]
