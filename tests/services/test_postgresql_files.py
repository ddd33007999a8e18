"""Files with a state in PostgreSQL: many commits at once, on several threads, while the server restarts."""

import asyncio
import time
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from s1ecs.outputs.files.ndjson import packer
from s1ecs.outputs.files.open_files import Rules
from s1ecs.outputs.files.output import Files, FilesEnvironment
from s1ecs.outputs.output import Batch
from s1ecs.state.checkpoints import Commit, WalkName
from s1ecs.state.postgresql.server import PostgresServer
from s1ecs.state.postgresql.state import PostgresState
from servers.postgresql import PostgresCluster

pytestmark = pytest.mark.xdist_group("postgresql")

CONSOLES, STEPS = 12, 25


def written(folder: Path) -> tuple[int, Counter[str]]:
    """Return how many files there are, and count the documents in them by id."""
    paths = list(folder.glob("alert-*"))
    return len(paths), Counter(orjson.loads(line)["_id"] for path in paths for line in path.read_bytes().splitlines())


async def test_concurrent_commits_write_each_document_once(postgres: PostgresCluster, tmp_path: Path) -> None:
    """Commits of many consoles share one file; none overwrites another, and what is undone is cut off."""
    state = await PostgresState.open(PostgresServer(postgres.url(), f"test_{uuid.uuid4().hex}"))
    environment = FilesEnvironment("state", state, state.file_marks, lambda: datetime.now(UTC), print)
    files = Files(tmp_path, Rules(20_000, timedelta(hours=1), ".ndjson"), packer("none"), environment)
    await files.open({})

    async def collect(console: str) -> None:
        walk = WalkName(console, "alert", "live")
        async with state.leases.held([walk]):
            for step in range(STEPS):
                name = f"{console} {step}"
                batch = Batch(console, "default", "alert", [(name, {"text": "x" * 100})], asked=frozenset({name}))
                delivered = await files.deliver(batch)
                # Others come in between writing and the end of the commit.
                writes = [*delivered.writes, lambda _: time.sleep(0.01)]
                await state.checkpoints.commit(walk, Commit({"at": step}, writes=writes))

    def restart() -> None:
        for end in (postgres.stop, postgres.kill):
            end()
            postgres.restart()

    restarted = asyncio.get_running_loop().run_in_executor(None, restart)
    await asyncio.gather(*(collect(f"console {number}") for number in range(CONSOLES)))
    await restarted
    await files.check()
    await files.close()
    await state.close()
    files_written, found = written(tmp_path)
    assert files_written > 1
    assert found == Counter(f"console {number} {step}" for number in range(CONSOLES) for step in range(STEPS))
