"""Filling real search servers from the local store: documents and latest states, each once, also after a rename."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

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
from tests.services.conftest import SetUp

STREAMS = ("agent", "application_risk")


def configure(commands: Commands, name: str, url: str, outputs: Sequence[dict[str, Any]]) -> None:
    """Write the settings of one console under that name."""
    console = {"name": name, "url": url, "token": "a-token-for-tests"}
    (commands.folder / "s1ecs.yaml").write_text(json.dumps({"consoles": [console], "outputs": outputs}))


def test_an_added_server_gets_all_of_the_store(
    tmp_path: Path, start_standin: Start, search_server: Running, set_up: SetUp, namespace: str
) -> None:
    """All documents and the latest state of each entity, once, whatever is repeated, lost or renamed meanwhile."""
    set_up(search_server)
    url = start_standin("--agents", "6", "--now", MOMENT)
    commands = Commands(tmp_path)
    commands.environment |= {"S1ECS_NAMESPACE": namespace, "S1ECS_STREAMS": ",".join(STREAMS)}
    # On a loaded machine requests that were spaced arrive together.
    commands.environment["S1ECS_ATTEMPTS"] = "6"
    configure(commands, "old", url, [{"type": "store"}])
    commands.ok("collect")
    outputs: list[dict[str, Any]] = [
        {"type": "store"},
        {"type": search_server.kind, "hosts": [search_server.url], "latest": True},
    ]
    configure(commands, "old", url, outputs)
    fill = ("backfill", "--output", search_server.kind, "--from-store")

    def check() -> None:
        for stream in STREAMS:
            stored = [row["id"] for row in commands.query(f"SELECT id FROM {stream}")]  # noqa: S608 - our own names
            assert dict(ids(search_server, data_stream(stream, namespace))) == dict.fromkeys(stored, 1)
            latest = ids(search_server, f"sentinel_one-{stream}-latest-{namespace}")
            things = commands.query(f"SELECT count(*) AS n FROM {stream}_latest")  # noqa: S608 - our own names
            assert things == [{"n": latest.total()}]

    commands.ok(*fill)
    check()
    # As after a kill between a data stream and its index of latest states.
    search_server.ask("DELETE", f"/sentinel_one-agent-latest-{namespace}")
    commands.ok(*fill, "--again")
    check()
    configure(commands, "new", url, outputs)
    commands.ok("collect")
    commands.ok(*fill, "--again")
    check()
