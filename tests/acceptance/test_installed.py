"""s1ecs as `pip install` leaves it without any extra: every command runs, and a missing extra is one line."""

import json
import re
import shutil
import signal
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import typer

from s1ecs.cli import app
from s1ecs.cli.on_demand import COMMANDS
from s1ecs.streams import STREAMS

from .conftest import MOMENT, Commands, Start
from .installed import ROOT, Installer, build
from .patience import PATIENCE

PERIOD = ("--from", "2026-01-30", "--to", "2026-01-31")

# Runs every command, and every command of a command, with --help.
_HELPS = """
import sys
import typer
from s1ecs.cli import app, main

def paths(command, path):
    yield path
    for name in command.list_commands(None) if hasattr(command, "list_commands") else ():
        yield from paths(command.get_command(None, name), (*path, name))

for path in paths(typer.main.get_command(app), ("s1ecs",)):
    sys.argv = [*path, "--help"]
    try:
        main()
    except SystemExit as ended:
        print("==", ended.code, *path)
"""


def commands_of(command: Any, path: tuple[str, ...] = ("s1ecs",)) -> Iterator[str]:
    """The paths of a command and all below it."""
    yield " ".join(path)
    for name in command.list_commands(None) if hasattr(command, "list_commands") else ():
        yield from commands_of(command.get_command(None, name), (*path, name))


@pytest.fixture(scope="module")
def bare(installer: Installer) -> Path:
    """The commands of an environment without extras."""
    return installer.install("bare")


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory, start_standin: Start, bare: Path) -> Commands:
    """Commands without extras that collected everything from a stand-in console."""
    url = start_standin("--agents", "2", "--alerts", "20", "--now", MOMENT)
    commands = Commands(tmp_path_factory.mktemp("bare"), url, bare / "s1ecs")
    # With their own intervals streams would be overdue before a slow machine comes to `s1ecs status`.
    commands.environment |= {"S1ECS_ACTION_TOKEN": "actor", "S1ECS_INTERVAL": "1h"}
    commands.ok("collect")
    return commands


def _collect(commands: Commands) -> None:
    assert commands.count() == 20
    assert commands.query("SELECT count(*) AS n FROM application")[0]["n"]
    commands.ok("collect", "alert")
    assert commands.count() == 20


def _run(commands: Commands) -> None:
    environment = {"S1ECS_STATE_DIR": str(commands.folder / "run"), "S1ECS_STREAMS": "group"}
    with commands.running("run", **environment) as process:
        assert process.stderr is not None
        assert any("default group: up to date" in line for line in process.stderr)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def _backfill(commands: Commands) -> None:
    commands.ok("backfill", "alert", "activity", *PERIOD)
    files = commands.folder / "files"
    settings = commands.folder / "two.yaml"
    settings.write_text(f"outputs:\n  - type: store\n  - type: files\n    path: {files}\n")
    commands.ok("--config", "two.yaml", "backfill", "alert", "--output", "files", "--from-store")
    [file] = files.glob("alert-*")
    assert len(file.read_text().splitlines()) == 20


def _init(commands: Commands) -> None:
    url, folder = commands.environment["S1ECS_URL"], commands.folder / "init"
    words = ("--config", "init/s1ecs.yaml", "init", "--url", url, "--token-stdin")
    told = commands.run(*words, stdin="a-token-for-tests\n")
    assert (told.returncode, sorted(path.name for path in folder.iterdir())) == (0, ["s1ecs.yaml", "token.txt"])


def _check(commands: Commands) -> None:
    *lines, summary = commands.ok("check").splitlines()
    verdicts = [line.split()[0] for line in lines]
    assert summary == f"{len(lines)} checks: {len(lines)} ok"
    assert len(verdicts) > len(STREAMS)
    assert set(verdicts) == {"ok"}


def _streams(commands: Commands) -> None:
    assert {row["stream"] for row in json.loads(commands.ok("streams", "--json"))} == set(STREAMS)


def _consoles(commands: Commands) -> None:
    [console] = json.loads(commands.ok("consoles", "--json"))
    assert console["console"] == "default"


def _query(commands: Commands) -> None:
    assert commands.ok("query", "--csv", "SELECT count(*) AS n FROM agent_latest").split() == ["n", "2"]


def _export(commands: Commands) -> None:
    assert len(commands.ok("export", "alert").splitlines()) == 20
    needs(commands, "parquet", "export", "alert", "--format", "parquet", "-o", "alerts.parquet")
    assert not (commands.folder / "alerts.parquet").exists()


def _transform(commands: Commands) -> None:
    result = commands.run("transform", "alert", stdin='{"alertInfo":{"alertId":"1"}}\n')
    assert json.loads(result.stdout)["event"]["id"] == "1"


def _fields(commands: Commands) -> None:
    assert "@timestamp" in {row["name"] for row in json.loads(commands.ok("fields", "threat", "--json"))}


def _dead_letters(commands: Commands) -> None:
    assert commands.ok("dead-letters") == "no dead letters\n"


def _status(commands: Commands) -> None:
    assert commands.ok("status").startswith(f"s1ecs ok: {len(STREAMS)} streams on schedule\n")


def _reconcile(commands: Commands) -> None:
    rows = json.loads(commands.ok("reconcile", "alert", "agent", "--json", *PERIOD))
    assert {row["stream"] for row in rows} == {"alert", "agent"}


def _settings(commands: Commands) -> None:
    assert "S1ECS_URL" in commands.ok("settings")


def _search(commands: Commands) -> None:
    host = commands.query("SELECT host FROM agent_latest ORDER BY host LIMIT 1")[0]["host"]
    found = json.loads(commands.ok("search", f"host:{host}", "--stream", "agent", "--json"))
    assert {hit["stream"] for hit in found} == {"agent"}


def _show(commands: Commands) -> None:
    identity = commands.query("SELECT id FROM agent_latest LIMIT 1")[0]["id"]
    assert json.loads(commands.ok("show", identity, "--json"))["id"] == identity


def _tail(commands: Commands) -> None:
    with commands.running("tail", "agent", "-n", "1", "--json") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["stream"] == "agent"


def _store(commands: Commands) -> None:
    assert "documents, from" in commands.ok("store")


def _respond(commands: Commands) -> None:
    host = commands.query("SELECT host FROM agent_latest ORDER BY host LIMIT 1")[0]["host"]
    [request] = commands.ok("respond", "isolate", host, "--dry-run", "--json").splitlines()
    assert json.loads(request)["path"].endswith("/agents/actions/disconnect")
    assert commands.ok("respond", "restart", host, "--yes", "--no-wait")
    [action] = json.loads(commands.ok("respond", "history", "--json"))
    assert action["action"] == "restart"


def _setup(commands: Commands) -> None:
    assert json.loads(commands.ok("setup", "--least-privilege"))
    without_server(commands, "elasticsearch", "setup", "--dry-run")


def _migrate(commands: Commands) -> None:
    without_server(commands, "opensearch", "migrate", "--dry-run")


def _standin(commands: Commands) -> None:
    needs(commands, "standin", "standin", "--port", "0")


def _serve(commands: Commands) -> None:
    needs(commands, "web", "serve", "--port", "0")


def _web_user(commands: Commands) -> None:
    assert json.loads(commands.ok("web-user", "list", "--json")) == []
    needs(commands, "web", "web-user", "add", "ada", "--role", "viewer")


def _cluster(commands: Commands) -> None:
    needs(commands, "cluster", "cluster", "status")


def _worker(commands: Commands) -> None:
    needs(commands, "cluster", "worker")


TRIED: Mapping[str, Callable[[Commands], None]] = {
    "migrate": _migrate,
    "backfill": _backfill,
    "check": _check,
    "cluster": _cluster,
    "collect": _collect,
    "consoles": _consoles,
    "dead-letters": _dead_letters,
    "export": _export,
    "fields": _fields,
    "init": _init,
    "query": _query,
    "reconcile": _reconcile,
    "respond": _respond,
    "run": _run,
    "settings": _settings,
    "search": _search,
    "serve": _serve,
    "setup": _setup,
    "show": _show,
    "standin": _standin,
    "status": _status,
    "store": _store,
    "streams": _streams,
    "tail": _tail,
    "transform": _transform,
    "web-user": _web_user,
    "worker": _worker,
}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_works_without_extras(collected: Commands, name: str) -> None:
    """Each command does its work in an environment without extras, or names the extra that it needs in one line."""
    TRIED[name](collected)


def test_every_command_has_help_without_extras(bare: Path, tmp_path: Path) -> None:
    """Each command, and each command of a command, prints its help."""
    printed = subprocess.check_output([bare / "python", "-c", _HELPS], cwd=tmp_path, text=True, timeout=PATIENCE)
    ended = [line.removeprefix("== ") for line in printed.splitlines() if line.startswith("== ")]
    assert ended == [f"0 {path}" for path in commands_of(typer.main.get_command(app))]


_ZSTD = "outputs:\n  - type: files\n    path: packed\n    compression: {extra}\n"
_METRICS = "metrics_port: 9464\n"
_ARCHIVE = "outputs:\n  - type: store\n    archive: archive\n"
_CLUSTER = "state: postgresql://127.0.0.1:9/none\noutputs:\n  - type: files\n    path: documents\n"
_KAFKA = "outputs:\n  - type: kafka\n    bootstrap_servers: 127.0.0.1:9\n"
SETTINGS = {
    "cluster": _CLUSTER,
    "duckdb": _ARCHIVE,
    "kafka": _KAFKA,
    "zstd": _ZSTD,
    "metrics": _METRICS,
    "parquet": _ARCHIVE,
    "standin": "",
    "web": "",
}


def without_server(commands: Commands, kind: str, *arguments: str) -> None:
    """Run a command against a search server that is not there: it fails for that reason alone."""
    given = commands.folder / f"{kind}.yaml"
    given.write_text(f"outputs:\n  - type: {kind}\n    hosts: [http://127.0.0.1:9]\n")
    result = commands.run("--config", given.name, *arguments)
    assert result.returncode == 1
    assert result.stderr == f"s1ecs: {kind}: connection to 127.0.0.1:9 refused, nothing listens there: check hosts\n"


def needs(commands: Commands, extra: str, *arguments: str) -> None:
    """Run a command with settings that need an extra, and expect the one line that names it and how to get it."""
    given = commands.folder / f"{extra}.yaml"
    given.write_text(SETTINGS[extra].format(extra=extra))
    result = commands.run("--config", given.name, *arguments)
    assert result.returncode == 2
    [line] = result.stderr.splitlines()
    assert line.endswith(f" needs an extra that is not installed: pip install 's1ecs[{extra}]'")
    assert result.stdout == ""


@pytest.mark.parametrize(
    "needed",
    [
        ("cluster", "collect"),
        ("cluster", "run"),
        ("cluster", "check"),
        ("cluster", "status"),
        ("cluster", "streams"),
        ("cluster", "dead-letters"),
        ("cluster", "respond", "history"),
        ("cluster", "consoles", "export"),
        ("duckdb", "query", "--archive", "SELECT 1"),
        ("kafka", "collect"),
        ("kafka", "check"),
        ("kafka", "setup"),
        ("metrics", "run"),
        ("metrics", "check"),
        ("parquet", "collect"),
        ("parquet", "run"),
        ("web", "run", "--web"),
        ("zstd", "collect"),
    ],
    ids=" ".join,
)
def test_a_missing_extra_is_named_before_anything_is_done(collected: Commands, needed: tuple[str, ...]) -> None:
    """A command whose settings need an extra ends with status 2 and that one line, before the log has another."""
    needs(collected, *needed)


@pytest.mark.parametrize("command", [("reconcile",), ("backfill", "alert", "--output", "files")], ids=" ".join)
def test_compressed_files_that_must_be_read_need_the_extra(collected: Commands, command: tuple[str, ...]) -> None:
    """Where files were compressed once and no longer are, what reads them names the extra; collecting needs none."""
    folder = collected.folder / "once-packed"
    folder.mkdir(exist_ok=True)
    (folder / "alert-000001.ndjson.zst").touch()
    (collected.folder / "plain.yaml").write_text(f"outputs:\n  - type: files\n    path: {folder}\n")
    result = collected.run("--config", "plain.yaml", *command, *PERIOD)
    assert (result.returncode, result.stderr) == (
        2,
        "s1ecs: zstd compression needs an extra that is not installed: pip install 's1ecs[zstd]'\n",
    )
    collected.ok("--config", "plain.yaml", "collect", "alert")


def packed(wheel: Path) -> set[str]:
    """The files in a wheel, but for its metadata."""
    with zipfile.ZipFile(wheel) as opened:
        return {name for name in opened.namelist() if ".dist-info/" not in name}


def test_every_file_of_the_package_is_in_the_wheel(installer: Installer) -> None:
    """The wheel holds all of the package, its data files too, and nothing else but its metadata."""
    files = {path.relative_to(ROOT / "src").as_posix() for path in (ROOT / "src/s1ecs").rglob("*") if path.is_file()}
    assert packed(installer.wheel) == {name for name in files if not name.endswith(".pyc")}


def test_the_container_file_copies_all_that_the_wheel_needs(installer: Installer, tmp_path: Path) -> None:
    """From nothing but what the container file copies, the same wheel is built."""
    container = (ROOT / "packaging" / "Containerfile").read_text()
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", container, re.MULTILINE):
        for name in line.split():
            source = ROOT / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    assert packed(build(tmp_path / "dist", tmp_path)) == packed(installer.wheel)
