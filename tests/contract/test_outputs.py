"""The contract of outputs, held against each output that needs no server."""

import os
import select
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import orjson
import pytest
import zstandard

from s1ecs.bootstrap.registry import REGISTRY
from s1ecs.bootstrap.spools import outbox_environment
from s1ecs.errors import OutputError
from s1ecs.outputs.dead_letters import DeadLetterFiles
from s1ecs.outputs.files.ndjson import packer
from s1ecs.outputs.files.open_files import Rules
from s1ecs.outputs.files.output import Files, FilesEnvironment
from s1ecs.outputs.files.stdout import StandardOutput
from s1ecs.outputs.null import NullOutput
from s1ecs.outputs.output import Capabilities, LookupMode, Output
from s1ecs.outputs.spool.drain import SpoolEnvironment
from s1ecs.outputs.spool.drained import DrainedOutput
from s1ecs.outputs.spool.spool import Spool, SpoolLimits
from s1ecs.outputs.store import Store
from s1ecs.outputs.testing import RecordingOutput
from s1ecs.settings.output_types import OUTPUT_TYPES
from s1ecs.state.sqlite.database import Database
from s1ecs.state.sqlite.file_marks import SqliteFileMarks
from s1ecs.state.sqlite.state import SqliteState

from .outputs import OutputContract, Subject


class StoreSubject(Subject):
    """The store; what makes it unusable is trouble of the state itself."""

    breaks = False

    def another(self) -> Output:
        """Make it."""
        return Store(self.database)

    async def contents(self) -> list[str]:
        """Read its table."""
        rows = await self.database.run(lambda connection: connection.execute("SELECT id FROM documents").fetchall())
        return [row[0] for row in rows]


class FilesSubject(Subject):
    """NDJSON files, whose folder may go away."""

    compression = "none"

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self.database.path.parent / "out"

    def another(self) -> Output:
        """Make it."""
        suffix = ".ndjson.zst" if self.compression == "zstd" else ".ndjson"
        rules = Rules(1_000_000, timedelta(hours=1), suffix)
        state = FilesEnvironment("state", self.database, SqliteFileMarks(), lambda: datetime.now(UTC), lambda _: None)
        return Files(self.folder, rules, packer(self.compression), state)

    async def contents(self) -> list[str]:
        """Read the files, open ones as far as they are committed."""
        marks = await self.database.run(lambda connection: SqliteFileMarks().good_bytes(connection, "alert"))
        good = {file: length for (_, file), length in marks.items()}
        found = []
        for path in sorted(self.folder.glob("alert-*")):
            data = path.read_bytes()[: good.get(path.name.removesuffix(".open"))]
            if self.compression == "zstd":
                with zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True) as reader:
                    data = reader.read()
            found += [orjson.loads(line)["_id"] for line in data.splitlines()]
        return found

    @asynccontextmanager
    async def broken(self) -> AsyncIterator[None]:
        """Take the folder away for a while."""
        away = self.folder.with_name("away")
        self.folder.rename(away)
        yield
        away.rename(self.folder)


class CompressedFilesSubject(FilesSubject):
    """The same, compressed."""

    compression = "zstd"


class StandardOutputSubject(Subject):
    """A pipe with a patient reader; one whose reader is gone never comes back."""

    breaks = False

    def __init__(self, database: Database) -> None:
        self.reading, self.writing = os.pipe()
        super().__init__(database)

    def another(self) -> Output:
        """Make it."""
        return StandardOutput(self.writing, packer("none"))

    async def contents(self) -> list[str]:
        """Read the pipe."""
        data = b""
        while select.select([self.reading], [], [], 0)[0]:
            data += os.read(self.reading, 65_536)
        return [orjson.loads(line)["_id"] for line in data.splitlines()]


class NullSubject(Subject):
    """The output that drops everything."""

    keeps = False
    breaks = False

    def another(self) -> Output:
        """Make it."""
        return NullOutput("null", lambda _: None)

    async def contents(self) -> list[str]:
        """Find nothing."""
        return []


class RecordingSubject(Subject):
    """The output for tests, which keeps what it recorded across processes."""

    kind: ClassVar[Mapping[str, Any]] = {"lookup": LookupMode.IDS}

    def __init__(self, database: Database) -> None:
        self.recording = RecordingOutput(capabilities=Capabilities(refuses=True, **self.kind), refuses=["refused"])
        super().__init__(database)

    def another(self) -> Output:
        """Let the next process have the same."""
        return self.recording

    async def contents(self) -> list[str]:
        """Return what it recorded."""
        return [identity for identity, _ in self.recording.accepted]

    @asynccontextmanager
    async def broken(self) -> AsyncIterator[None]:
        """Let everything fail."""
        self.recording.failure = OutputError("recording: down")
        yield
        self.recording.failure = None


def _place(database: Database) -> SpoolEnvironment:
    letters = DeadLetterFiles(database.path.parent)
    return outbox_environment(SqliteState(database), letters, lambda _: None, lambda _: None)


class DrainedSubject(RecordingSubject):
    """The same with the drain of its outbox."""

    def another(self) -> Output:
        """Make it around the same."""
        return DrainedOutput(self.recording, _place(self.database))


class SpoolSubject(RecordingSubject):
    """The same behind a spool."""

    def another(self) -> Output:
        """Make it around the same."""
        place = _place(self.database)
        return Spool(self.recording, SpoolLimits(60.0, 1_000_000), place)

    async def recover(self, output: Output) -> None:
        """Drain the outbox."""
        assert isinstance(output, Spool)
        assert await output.drain.once()


SUBJECTS: tuple[type[Subject], ...] = (
    StoreSubject,
    FilesSubject,
    CompressedFilesSubject,
    StandardOutputSubject,
    NullSubject,
    RecordingSubject,
    DrainedSubject,
    SpoolSubject,
)


@pytest.fixture(params=SUBJECTS, ids=lambda kind: kind.__name__.removesuffix("Subject"))
async def subject(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Subject]:
    """Each output on a state of its own."""
    database = await Database.open(tmp_path)
    made = request.param(database)
    yield made
    await database.close()
    if isinstance(made, StandardOutputSubject):
        os.close(made.reading)
        os.close(made.writing)


class TestOutputs(OutputContract):
    """All of them."""


def test_every_type_of_the_settings_is_registered() -> None:
    """Whatever type the settings accept can be built, and is built from the settings of that name."""
    assert {name: each.type for name, each in REGISTRY.items()} == {each.name: each for each in OUTPUT_TYPES}


def test_dead_letters_are_delivered_again_to_whatever_refuses() -> None:
    """A type tells that it refuses wherever one of its outputs does, because `dead-letters --retry` goes by it."""
    refusing = {name for name, each in REGISTRY.items() if each.capabilities.refuses}
    assert refusing == {"elasticsearch", "opensearch", "kafka"}
