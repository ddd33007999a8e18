"""Additions to a copy of this repository, each as the table in CONTRIBUTING.md describes it."""

import json
import shutil
from collections import defaultdict
from pathlib import Path

from .installed import ROOT

_LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "demo", "dist")

STREAM = '''\
"""Policies, at a path that no console has."""

from s1ecs.ecs.table import FieldTable, constant, date, keyword, long
from s1ecs.streams.collection_modes import ByTime
from s1ecs.streams.stream import Column, Stream

STREAM = Stream(
    name="policy",
    what="Policies of groups",
    permission="Policies -> View",
    ask=ByTime(
        path="/made-up/policies",
        since="updatedAt__gte",
        until="updatedAt__lte",
        sort="updatedAt",
        time="updatedAt",
        first_poll=None,
    ),
    declared=FieldTable(
        identity=("id", "updatedAt"),
        rows=(
            constant("event.kind", "event", "Always event."),
            date("@timestamp", "updatedAt", "Time when the policy last changed."),
            keyword("sentinel_one.policy.id", "id", "Id of the policy."),
            long("sentinel_one.policy.agent.count", "agents", "Number of agents with the policy."),
        ),
    ),
    view=(Column("agents", "sentinel_one.policy.agent.count"),),
    migrated_by="@timestamp",
)
'''
POLICY = {"id": "7", "agents": 3, "updatedAt": "2026-01-31T11:00:00Z"}
POLICY_DOCUMENT = {
    "ecs": {"version": "8.11.0"},
    "@timestamp": "2026-01-31T11:00:00.000Z",
    "event": {"kind": "event"},
    "sentinel_one": {"policy": {"id": "7", "agent": {"count": 3}}},
}

GROUP = {"id": "8", "colour": "green", "updatedAt": "2026-01-31T11:00:00Z"}
GROUP_DOCUMENT = {
    "ecs": {"version": "8.11.0"},
    "@timestamp": "2026-01-31T11:00:00.000Z",
    "event": {"kind": "event", "category": ["iam"], "type": ["info"]},
    "group": {"id": "8"},
    "sentinel_one": {"group": {"colour": "green"}},
}

OUTPUT = '''\
"""A folder with one file of JSON per document, named by its `_id`."""

from pathlib import Path
from urllib.parse import quote

import orjson

from s1ecs.errors import OutputError
from s1ecs.outputs.output import Batch, Capabilities, Delivered
from s1ecs.state.output_marks import Mark


class JsonFolder:
    """Writes each document to a file of its own; the same document again is the same file."""

    capabilities = Capabilities()

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._folder = folder

    async def open(self, _mark: Mark) -> None:
        """Prepare nothing."""

    async def deliver(self, batch: Batch) -> Delivered:
        """Write a batch."""
        try:
            self._folder.mkdir(exist_ok=True)
            for identity, document in batch.documents:
                (self._folder / quote(identity, safe="")).write_bytes(orjson.dumps(document))
        except OSError as error:
            raise OutputError(f"{self.name}: {error}") from None
        return Delivered()

    async def check(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Release nothing."""
'''
OUTPUT_TYPE = """\
JSON_FOLDER = OutputType(
    "json_folder",
    "A folder with one file per document.",
    (Setting("path", value_types.PATH, "The folder.", default_words="none; required", needed=True),),
)

"""
OUTPUT_IMPORTS = """\
from s1ecs.outputs.json_folder import JsonFolder
from s1ecs.settings.output_types import JSON_FOLDER
"""
OUTPUT_FACTORY = """\
def _json_folder(settings: OutputSettings, _environment: OutputEnvironment) -> Output:
    return JsonFolder(output_name(settings.type, settings.values), settings.values["path"])


"""
OUTPUT_SUBJECT = '''\
class JsonFolderSubject(Subject):
    """A folder of documents, in whose place a file may lie."""

    @property
    def folder(self) -> Path:
        """The folder."""
        return self.database.path.parent / "documents"

    def another(self) -> Output:
        """Make it."""
        return JsonFolder("json_folder", self.folder)

    async def contents(self) -> list[str]:
        """List the names of its files."""
        return [path.name for path in self.folder.iterdir()]

    @asynccontextmanager
    async def broken(self) -> AsyncIterator[None]:
        """Put a file in its place."""
        aside = self.folder.rename(self.folder.with_name("aside"))
        self.folder.touch()
        yield
        self.folder.unlink()
        aside.rename(self.folder)


'''


class Copy:
    """A copy of the repository that remembers which files each addition edited, as paths from its root."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.edited: defaultdict[str, set[str]] = defaultdict(set)
        self._addition = ""
        shutil.copytree(ROOT, root, ignore=_LEFT_OUT, dirs_exist_ok=True)

    def begin(self, addition: str) -> None:
        """Count what is edited from now on to this addition."""
        self._addition = addition

    def write(self, path: str, text: str) -> None:
        """Write a new file."""
        target = self.root / path
        target.parent.mkdir(exist_ok=True)
        assert not target.exists()
        target.write_text(text, encoding="utf-8")
        self.edited[self._addition].add(path)

    def insert(self, path: str, before: str, text: str, *, behind: bool = False) -> None:
        """Insert text before, or behind, the first place where a file has another text."""
        target = self.root / path
        head, found, tail = target.read_text(encoding="utf-8").partition(before)
        assert found, (path, before)
        target.write_text(head + (found + text if behind else text + found) + tail, encoding="utf-8")
        self.edited[self._addition].add(path)

    def case(self, stream: str, name: str, record: object, document: object) -> None:
        """Write a record beside its document."""
        self.write(f"tests/cases/{stream}/{name}.input.ndjson", json.dumps(record) + "\n")
        self.write(f"tests/cases/{stream}/{name}.expected.json", json.dumps([document]) + "\n")


def add_field(copy: Copy) -> None:
    """Add a field to the groups."""
    copy.begin("a field")
    row = 'keyword(".colour", "colour", "Colour of the group."),\n            '
    copy.insert("src/s1ecs/streams/group.py", 'long(".agent.count"', row)
    copy.case("group", "colours", GROUP, GROUP_DOCUMENT)


def add_stream(copy: Copy) -> None:
    """Add a stream."""
    copy.begin("a stream")
    copy.write("src/s1ecs/streams/policy.py", STREAM)
    copy.insert("src/s1ecs/streams/__init__.py", "    threat,\n", "    policy,\n")
    copy.insert("src/s1ecs/streams/__init__.py", "        threat.STREAM,\n", "        policy.STREAM,\n")
    copy.case("policy", "policies", POLICY, POLICY_DOCUMENT)
    row = "| [policy](docs/streams/policy.md) | policies of groups | `policy` |\n"
    copy.insert("README.md", "| [response_action](docs/streams/response_action.md)", row)
    copy.insert("docs/README.md", "[response_action](streams/", "[policy](streams/policy.md), ")


def add_setting(copy: Copy) -> None:
    """Add a setting."""
    copy.begin("a setting")
    field = '    patience: Annotated[int, value_types.COUNT, Described("Patience of the user.", default=3)]\n'
    copy.insert("src/s1ecs/settings/model.py", "    overlap: Annotated[\n", field)


def add_output(copy: Copy) -> None:
    """Add a type of output."""
    copy.begin("an output")
    copy.write("src/s1ecs/outputs/json_folder.py", OUTPUT)
    types, registry, contract = (
        "src/s1ecs/settings/output_types.py",
        "src/s1ecs/bootstrap/registry.py",
        "tests/contract/test_outputs.py",
    )
    copy.insert(types, "OUTPUT_TYPES: tuple[OutputType, ...] = (", OUTPUT_TYPE)
    copy.insert(types, "OUTPUT_TYPES: tuple[OutputType, ...] = (", "JSON_FOLDER, ", behind=True)
    copy.insert(registry, "from s1ecs.", OUTPUT_IMPORTS)
    copy.insert(registry, "_REGISTERED = (\n", OUTPUT_FACTORY)
    row = "    RegisteredOutput(JSON_FOLDER, _json_folder, JsonFolder.capabilities),\n"
    copy.insert(registry, "_REGISTERED = (\n", row, behind=True)
    copy.insert(contract, "from s1ecs.", "from s1ecs.outputs.json_folder import JsonFolder\n")
    copy.insert(contract, "SUBJECTS: tuple[type[Subject], ...] = (\n", OUTPUT_SUBJECT)
    copy.insert(contract, "SUBJECTS: tuple[type[Subject], ...] = (\n", "    JsonFolderSubject,\n", behind=True)
    section = "## A folder of documents\n\n`type: json_folder` writes one file per document.\n\n"
    copy.insert("docs/outputs.md", "## null\n", section)


def add_page(copy: Copy) -> None:
    """Add a page of the documentation."""
    copy.begin("a page")
    copy.write("docs/colours.md", "# Colours\n")
    copy.insert("docs/README.md", "[Metrics](metrics.md)", "[Colours](colours.md). ")
