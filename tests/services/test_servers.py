"""The servers that the other tests of this room build on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from servers.running import Running
from tests.acceptance.patience import PATIENCE

HERE = Path(__file__).parents[2]


def test_acknowledged_documents_outlive_a_kill(elasticsearch: Running, namespace: str) -> None:
    """What a server acknowledged is there after SIGKILL and a restart, at the same address."""
    index = f"restart-{namespace}"
    elasticsearch.ask("PUT", f"/{index}/_doc/1?wait_for_active_shards=1", {"number": 7})
    elasticsearch.kill()
    with pytest.raises(OSError, match="refused"):
        elasticsearch.ask("GET", "/_cluster/health")
    elasticsearch.restart()
    elasticsearch.ask("GET", f"/_cluster/health/{index}?wait_for_status=yellow")
    assert elasticsearch.ask("GET", f"/{index}/_doc/1")["_source"] == {"number": 7}


def test_login_is_asked_for(secured_elasticsearch: Running) -> None:
    """With a login it answers, without one it says 401."""
    assert secured_elasticsearch.answer("GET", "/_cluster/health")[0] == 200
    without = Running("elasticsearch", secured_elasticsearch.folder, secured_elasticsearch.url, Path(), "")
    assert without.answer("GET", "/_cluster/health")[0] == 401


@pytest.mark.parametrize(
    "needs_server",
    ["test_servers.py::test_login_is_asked_for", "test_kafka_output.py::test_a_message_tells_where_it_came_from"],
)
def test_machine_without_maven_skips_and_passes(tmp_path: Path, needs_server: str) -> None:
    """Where neither a server nor Maven is, a test that needs one is skipped, with that reason in the summary."""
    # Only what pytest and Python's own modules call.
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(Path(__file__).with_name(needs_server))],
        cwd=HERE,
        env={"PATH": str(tmp_path), "HOME": str(tmp_path), "LANG": os.environ.get("LANG", "C.UTF-8")},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "1 skipped" in result.stdout
    assert "SKIPPED" in result.stdout
    assert "Maven" in result.stdout or "Java" in result.stdout
