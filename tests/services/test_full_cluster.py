"""A real cluster that is full, of shards and then of bytes: `run` waits, tells why, and goes on by itself."""

import json
import time
from http import HTTPStatus
from pathlib import Path

import pytest

from s1ecs.outputs.dead_letters import FOLDER_NAME
from servers.documents import data_stream, ids
from servers.running import Running
from tests.acceptance.conftest import (
    MOMENT,
    Commands,
    Start,
)
from tests.acceptance.conftest import (
    start_standin as start_standin,  # noqa: PLC0414 - pytest finds it by its name here
)
from tests.acceptance.patience import PATIENCE
from tests.acceptance.test_disk import running
from tests.services.conftest import SetUp

pytestmark = pytest.mark.chaos

SHARDS = "cluster.max_shards_per_node"
DISK = "cluster.routing.allocation.disk"
# Whatever disk this is, more than this share of it is in use.
FULL = {
    f"{DISK}.threshold_enabled": True,
    f"{DISK}.watermark.low": "0.001%",
    f"{DISK}.watermark.high": "0.001%",
    f"{DISK}.watermark.flood_stage": "0.001%",
    "cluster.info.update.interval": "10s",
}
# The servers lift the block by themselves when they see that there is room, OpenSearch only as long as it looks.
ROOM = FULL | {f"{DISK}.watermark.{name}": "99.9%" for name in ("low", "high", "flood_stage")}
BEGINS, ENDS = "2026-01-24T00:00:00Z", "2026-01-31T12:00:30Z"


def setting(server: Running, **settings: object) -> None:
    """Change settings of the cluster; None takes one back."""
    server.ask("PUT", "/_cluster/settings", {"persistent": settings})


def leave_free(server: Running) -> None:
    """Let the server be for other tests as it was before this one."""
    setting(server, **dict.fromkeys([SHARDS, *FULL]))
    server.ask("PUT", "/_all/_settings", {"index.blocks.read_only_allow_delete": None})
    server.ask("DELETE", "/filler")
    until = time.monotonic() + PATIENCE
    # OpenSearch also blocks new indices, and may have looked at its disk a last time just now.
    while server.answer("PUT", "/filler")[0] != HTTPStatus.OK:
        assert time.monotonic() < until
        setting(server, **{"cluster.blocks.create_index": None})
        time.sleep(0.5)
    server.ask("DELETE", "/filler")


def test_shards_and_disk(
    search_server: Running, set_up: SetUp, namespace: str, tmp_path: Path, start_standin: Start
) -> None:
    """No room for an index, then the flood stage: said, seen by `status`; later all is there, once, none refused."""
    set_up(search_server)
    stream = data_stream("alert", namespace)
    commands = Commands(tmp_path, start_standin("--agents", "4", "--rate", "600", "--now", MOMENT))
    commands.environment |= {
        "S1ECS_OUTPUTS": json.dumps([{"type": search_server.kind, "hosts": [search_server.url]}]),
        "S1ECS_NAMESPACE": namespace,
    }
    search_server.ask("PUT", "/filler")
    setting(search_server, **{SHARDS: 1})
    try:
        with running(commands) as run:
            run.wait_for(lambda: run.says("the cluster has no room for another index") > 0)
            assert search_server.answer("GET", f"/{stream}")[0] == 404
            setting(search_server, **{SHARDS: None})
            run.wait_for(lambda: ids(search_server, stream).total() > 0)
            setting(search_server, **FULL)
            until_blocked = time.monotonic() + PATIENCE
            while not run.says("the index is blocked or read-only"):
                assert run.process.poll() is None
                assert time.monotonic() < until_blocked, run.log.read_text()
                time.sleep(0.5)
            before = ids(search_server, stream).total()
            told = commands.run("status", "--json", S1ECS_STREAMS="alert")
            assert "the index is blocked or read-only" in told.stdout
            setting(search_server, **ROOM)
            until_free = time.monotonic() + PATIENCE
            while ids(search_server, stream).total() <= before:
                assert run.process.poll() is None
                assert time.monotonic() < until_free, run.log.read_text()
                time.sleep(0.5)
            run.end()
    finally:
        leave_free(search_server)
    commands.ok("collect", "alert")
    commands.ok("reconcile", "alert", "--from", BEGINS, "--to", ENDS)
    assert set(ids(search_server, stream).values()) == {1}
    assert not (commands.state / FOLDER_NAME).exists()
