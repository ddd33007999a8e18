"""`setup` and `migrate` where hosts name something that is no search server."""

import json
from pathlib import Path

import pytest

from tests.acceptance.conftest import Commands, answering


@pytest.mark.parametrize("command", ["setup", "migrate"])
@pytest.mark.parametrize(
    ("kind", "status", "told"),
    [
        ("opensearch", 200, "the response is not from a search server: check hosts"),
        ("elasticsearch", 404, "there is no search server at this address: check hosts, including the path (HTTP 404)"),
    ],
)
def test_web_server_ends_the_command(command: str, kind: str, status: int, told: str, tmp_path: Path) -> None:
    """Whatever page a web server has for every path: exit status 1 and one line that names the host and the cure."""
    with answering(status, "<html>Welcome</html>") as address:
        output = json.dumps([{"type": kind, "hosts": [address]}])
        done = Commands(tmp_path, "https://127.0.0.1:1").run(command, "--yes", S1ECS_OUTPUTS=output)
    assert (done.returncode, done.stdout) == (1, "")
    [line] = [line for line in done.stderr.splitlines() if line.startswith("s1ecs: ")]
    assert line == f"s1ecs: {kind}: {address}: {told}"
    assert "Traceback" not in done.stderr
