"""A state folder of an earlier version: today's command goes on with it, without loss and without duplicates."""

import json
import lzma
import tarfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from .conftest import MOMENT, Commands, Start
from .test_spool import TinySearch

ARCHIVE = Path(__file__).parents[1] / "databases" / "schema-9.tar.xz"
PERIOD = ("--from", "2026-01-30", "--to", "2026-02-01")
SETTINGS = {"S1ECS_INITIAL_INTERVAL": "36500d", "S1ECS_ALERT_REREAD": "0s"}
ACTION = "15ee14fc-babc-4e9a-9442-41506d0977a3"


class CountingSearch(TinySearch):
    """Counts the documents that it has, and refuses those that it has already, as a search server does.

    It may get one again: its consoles' clock stands far behind the one that the state knows, so that what was read is
    read once more, and it can't be searched for what it has.
    """

    def __init__(self) -> None:
        super().__init__(0)
        self.given: Counter[str] = Counter()

    def create(self, line: bytes, document: bytes) -> dict[str, Any]:
        """Take a document."""
        [about] = json.loads(line).values()
        name = f"{json.loads(document)['data_stream']['dataset']} {about['_id']}"
        if name in self.given:
            error = {"type": "version_conflict_engine_exception", "reason": "document already exists"}
            return {"create": {"_id": about["_id"], "status": 409, "error": error}}
        self.given[name] += 1
        return {"create": {"_id": about["_id"], "_index": "x", "status": 201, "result": "created"}}


@pytest.fixture
def search() -> Iterator[CountingSearch]:
    """The search server, which is up again."""
    with CountingSearch() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def stored(commands: Commands) -> Counter[str]:
    """How often the store has each document."""
    rows = commands.query("SELECT stream, id FROM documents")
    return Counter(f"sentinel_one.{row['stream']} {row['id']}" for row in rows)


def written(folder: Path) -> Counter[str]:
    """How often each event is in the files of a stream."""
    found: Counter[str] = Counter()
    for path in folder.glob("*.ndjson*"):
        lines = (json.loads(line) for line in path.read_bytes().splitlines())
        found.update(f"{line['data_stream']['dataset']} {line.get('event', {}).get('id')}" for line in lines)
    return found


def collect(commands: Commands) -> None:
    """Collect all there is."""
    commands.ok("backfill", "activity", *PERIOD)
    commands.ok("collect")


@pytest.mark.timeout(600)
def test_an_earlier_database_is_upgraded_and_collected_on(
    tmp_path: Path, start_standin: Start, search: CountingSearch
) -> None:
    """Its store, files, spool, backfill and pending action go on to the same documents as a fresh start, each once."""
    url = start_standin("--agents", "20", "--alerts", "200", "--now", MOMENT)
    for name in ("fresh", "kept"):
        (tmp_path / name).mkdir()
    with tarfile.open(fileobj=BytesIO(lzma.decompress(ARCHIVE.read_bytes()))) as archive:
        archive.extractall(tmp_path / "kept", filter="data")
    fresh, kept = Commands(tmp_path / "fresh", url), Commands(tmp_path / "kept", url)
    for commands in (fresh, kept):
        commands.environment |= SETTINGS
    (fresh.folder / "s1ecs.yaml").write_text("outputs: [{type: store}, {type: files, path: out}]\n")
    (kept.folder / "s1ecs.yaml").write_text(
        "outputs: [{type: store}, {type: files, path: out}, {type: elasticsearch, name: search, latest: false,"
        f' hosts: ["http://127.0.0.1:{search.server_port}"], on_stall: spill, stall_after: 60s}}]\n'
    )
    before = stored(kept)
    assert (len(before), set(before.values())) == (611, {1})
    # A token each, as the stand-in's limits are the token's: at the same time they wait half as long.
    fresh.environment["S1ECS_TOKEN"] = "another-token-for-tests"
    with ThreadPoolExecutor() as both:
        list(both.map(collect, (fresh, kept)))
    everything = stored(fresh)
    assert set(everything.values()) == {1}
    # The action was taken before; a fresh state knows nothing of it.
    actions = {each for each in before if each.startswith("sentinel_one.response_action ")}
    assert stored(kept) == everything + Counter(actions)
    assert written(kept.folder / "out") == written(fresh.folder / "out") + Counter(
        {f"sentinel_one.response_action {ACTION}": 1}
    )
    assert search.given == everything + Counter(actions)
    # What queries read was filled in while it collected.
    assert "prepared for fast queries" not in kept.ok("store")
    assert kept.ok("store", "--check").endswith("no damage found\n")
    assert json.loads(kept.ok("search", "host:ws*", "--json", "--limit", "1000"))
    [action] = json.loads(kept.ok("respond", "history", "--json"))
    assert (action["id"], action["status"]) == (ACTION, "pending")
