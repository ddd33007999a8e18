"""s1ecs installed with one extra alone: what that extra is for works, and the other extras are still missing."""

import json
import signal
import subprocess
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import zstandard
from pyarrow import parquet

from s1ecs.extras import EXTRAS
from servers.free_port import free_port
from tests.postgres import started_postgres

from .conftest import MOMENT, Commands, Start
from .installed import Installer
from .patience import PATIENCE

CONSOLE = ("--agents", "2", "--alerts", "20", "--now", MOMENT)
PERIOD = ("--from", "2026-01-30", "--to", "2026-01-31")

# Prints the names of the extras that are installed.
_PRESENT = """
from s1ecs.errors import MissingExtra
from s1ecs.extras import EXTRAS, require
for name in EXTRAS:
    try:
        require(name)
    except MissingExtra:
        continue
    print(name)
"""


def _cluster(commands: Commands) -> None:
    """Collect with a state in a real PostgreSQL, and read there what was collected."""
    with started_postgres(fsync="off") as server:
        state = {"S1ECS_STATE": server.create_database("alone"), "S1ECS_OUTPUTS": '[{"type": "null"}]'}
        commands.ok("collect", "alert", **state)
        found = json.loads(commands.ok("streams", "--json", **state))
        assert [row["documents"] for row in found if row["stream"] == "alert"] == [20]


def _kafka(commands: Commands) -> None:
    """Collect into Kafka where no broker is: the client that the extra brings finds that out."""
    address = f"127.0.0.1:{free_port()}"
    kafka = {"S1ECS_OUTPUTS": json.dumps([{"type": "kafka", "bootstrap_servers": address}])}
    failed = commands.run("collect", "alert", **kafka)
    assert failed.returncode == 1
    assert f"kafka: no broker of {address} answers: Connect to {address} failed: Connection refused" in failed.stderr


def _metrics(commands: Commands) -> None:
    """Run with an endpoint for metrics and read it."""
    port = free_port()
    with commands.running("run", S1ECS_METRICS_PORT=str(port), S1ECS_STREAMS="group") as process:
        assert process.stderr is not None
        assert any("default group: up to date" in line for line in process.stderr)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE) as answer:
            metrics = answer.read().decode()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert 's1ecs_records_total{console="default",stream="group"}' in metrics


def _duckdb(commands: Commands) -> None:
    """Collect, archive what was collected, and query it there."""
    archive = {"S1ECS_OUTPUTS": "[{type: store, archive: archive}]"}
    commands.ok("collect", "alert", **archive)
    assert commands.count() == 0
    assert commands.ok("query", "--archive", "--csv", "SELECT count(*) AS n FROM alert", **archive).split() == [
        "n",
        "20",
    ]


def _parquet(commands: Commands) -> None:
    """Collect, and export what was collected as Parquet."""
    commands.ok("collect", "alert")
    commands.ok("export", "alert", "--format", "parquet", "-o", "alerts.parquet")
    assert len(parquet.read_table(commands.folder / "alerts.parquet")) == 20


def _standin(commands: Commands) -> None:
    """Start a stand-in console and check it."""
    with commands.running("standin", "--port", "0", *CONSOLE) as console:
        assert console.stdout is not None
        address = console.stdout.readline().strip()
        found = commands.ok("check", S1ECS_URL=address)
        console.send_signal(signal.SIGTERM)
        assert console.wait(PATIENCE) == 0
    assert f"ok       default: {address} is reachable" in found


def _web(commands: Commands) -> None:
    """Collect, serve the page, and read a list by the login link."""
    commands.ok("collect", "alert")
    with commands.running("serve", "--port", "0") as process:
        assert process.stdout is not None
        link = process.stdout.readline().strip()
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with opener.open(link, timeout=PATIENCE) as opened:
            assert opened.status == 200
        with opener.open(f"{link.partition('/login')[0]}/api/v1/alert", timeout=PATIENCE) as listed:
            assert json.load(listed)["total"] == 20
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def _oidc(commands: Commands) -> None:
    """Serve the page with a provider, which the login page leads to."""
    provider = {"ISSUER": "http://127.0.0.1:9", "CLIENT_ID": "s1ecs", "ROLES": "soc=viewer"}
    settings = {f"S1ECS_WEB_OIDC_{name}": value for name, value in provider.items()}
    with commands.running("serve", "--port", "0", **settings) as process:
        assert process.stdout is not None
        address = process.stdout.readline().partition("?")[0]
        with urllib.request.urlopen(address, timeout=PATIENCE) as shown:  # noqa: S310 - our own server on loopback
            assert b"Log in at 127.0.0.1" in shown.read()


def _zstd(commands: Commands) -> None:
    """Collect into compressed files, unpack them here, and let the command find its documents in them again."""
    files = commands.folder / "files"
    settings = f"outputs:\n  - type: files\n    path: {files}\n    compression: zstd\n"
    (commands.folder / "s1ecs.yaml").write_text(settings)
    commands.ok("collect", "alert")
    [file] = files.glob("alert-*.ndjson.zst*")
    with file.open("rb") as packed, zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True) as text:
        assert len(text.read().splitlines()) == 20
    [day] = json.loads(commands.ok("reconcile", "alert", "--json", *PERIOD))
    [output] = day["outputs"].values()
    assert output["held"] == day["read"] > 0


WORKS: Mapping[str, Callable[[Commands], None]] = {
    "cluster": _cluster,
    "duckdb": _duckdb,
    "kafka": _kafka,
    "metrics": _metrics,
    "oidc": _oidc,
    "parquet": _parquet,
    "standin": _standin,
    "web": _web,
    "zstd": _zstd,
}


@pytest.fixture(scope="module")
def console(start_standin: Start) -> str:
    """The address of a stand-in console, run from this checkout."""
    return start_standin(*CONSOLE)


@pytest.mark.parametrize("name", sorted(EXTRAS))
def test_each_extra_alone(installer: Installer, console: str, tmp_path: Path, name: str) -> None:
    """With one extra installed what it is for works, and no other extra is there but those that it includes."""
    programs = installer.install(f"with-{name}", name)
    present = subprocess.check_output([programs / "python", "-c", _PRESENT], cwd=tmp_path, text=True, timeout=PATIENCE)
    # An extra may include another.
    included = [each for each, extra in EXTRAS.items() if set(extra.modules) <= set(EXTRAS[name].modules)]
    assert present.split() == included
    WORKS[name](Commands(tmp_path, console, programs / "s1ecs"))


def test_the_advice_of_an_error_is_the_cure(installer: Installer, console: str, tmp_path: Path) -> None:
    """The requirement that an error names, installed beside s1ecs, makes the same command work."""
    programs = installer.install("cured")
    commands = Commands(tmp_path, console, programs / "s1ecs")
    compressed = {"S1ECS_OUTPUTS": '[{"type": "files", "path": "files", "compression": "zstd"}]'}
    advised = commands.run("collect", "alert", **compressed).stderr.rpartition("pip install ")[2].strip().strip("'")
    installer.add(programs, advised)
    commands.ok("collect", "alert", **compressed)
