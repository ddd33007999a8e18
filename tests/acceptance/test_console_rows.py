"""Consoles that are rows of a state in PostgreSQL, kept by the installed command."""

import json
from pathlib import Path

import psycopg
import pytest

from servers.free_port import free_port

from .conftest import Commands

TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJvbmUifQ."
ADD = ("consoles", "add")
EUROPE = ("europe", "--url", "https://europe.example", "--token-file", "europe.token")
ASIA = ("asia", "--url", "asia.example", "--token-env", "ASIA_TOKEN", "--tag", "acme", "--tag", "gold")


@pytest.fixture
def kept(tmp_path: Path, database_url: str) -> Commands:
    """Commands with a state in PostgreSQL, without a console."""
    commands = Commands(tmp_path)
    commands.environment["S1ECS_STATE"] = database_url
    return commands


def listed(commands: Commands, *options: str) -> dict[str, str]:
    """The state of each console by name."""
    return {row["console"]: row["state"] for row in json.loads(commands.ok("consoles", "list", "--json", *options))}


def exported(commands: Commands) -> list[dict[str, object]]:
    """The consoles that are kept."""
    return [json.loads(line) for line in commands.ok("consoles", "export").splitlines()]


def test_consoles_are_added_paused_resumed_and_removed(kept: Commands) -> None:
    """Each command changes what the next one lists; a removal is not done without a confirmation."""
    kept.ok(*ADD, *EUROPE, "--set", "namespace=emea", "--set", "streams={alert: {interval: 1m}}")
    kept.ok(*ADD, *ASIA, "--paused")
    assert listed(kept) == {"asia": "paused", "europe": "collected"}
    assert listed(kept, "--tag", "acme") == {"asia": "paused"}
    kept.ok("consoles", "pause", "europe")
    kept.ok("consoles", "resume", "asia", "europe")
    assert listed(kept) == {"asia": "collected", "europe": "collected"}
    shown = json.loads(kept.ok("consoles", "show", "europe", "--json"))
    assert shown | {"revision": 0} == {
        "name": "europe",
        "url": "https://europe.example",
        "token_file": str(kept.folder / "europe.token"),
        "namespace": "emea",
        "streams": {"alert": {"interval": "1m"}},
        "state": "collected",
        "reason": "",
        "revision": 0,
    }
    refused = kept.run("consoles", "remove", "europe")
    assert (refused.returncode, "--yes" in refused.stderr) == (2, True)
    assert "Checkpoints, documents and dead letters stay" in kept.ok("consoles", "remove", "europe", "--yes")
    assert listed(kept) == {"asia": "collected"}


@pytest.mark.parametrize(
    "given",
    [
        ("--set", f"token={TOKEN}"),
        ("--set", f"action_token={TOKEN}"),
        ("--token-command", f"printer --token={TOKEN}"),
        ("--token-file", TOKEN),
        ("--token-env", TOKEN),
    ],
)
def test_a_token_is_never_kept(kept: Commands, given: tuple[str, str]) -> None:
    """A token in place of a reference is refused, is not repeated, and does not reach the database."""
    result = kept.run(*ADD, "europe", "--url", "europe.example", *given)
    assert result.returncode == 2
    assert TOKEN not in result.stdout + result.stderr
    assert listed(kept) == {}


def test_an_unknown_console_changes_nothing(kept: Commands) -> None:
    """A name without a row is answered with the nearest one, and the others of the command stay as they are."""
    kept.ok(*ADD, *EUROPE)
    result = kept.run("consoles", "pause", "europe", "europa")
    assert (result.returncode, result.stderr) == (
        2,
        "s1ecs: consoles: no console named 'europa'; did you mean europe? `s1ecs consoles list` lists all\n",
    )
    assert listed(kept) == {"europe": "collected"}


def test_a_console_that_is_there_is_replaced_only_on_request(kept: Commands) -> None:
    """The same settings again change nothing; other ones are refused without --replace."""
    kept.ok(*ADD, *EUROPE)
    before = kept.ok("consoles", "show", "europe")
    kept.ok(*ADD, *EUROPE)
    assert kept.ok("consoles", "show", "europe") == before
    other = (*ADD, *EUROPE, "--set", "namespace=emea")
    assert "pass --replace" in kept.run(*other).stderr
    assert kept.ok("consoles", "show", "europe") == before
    kept.ok(*other, "--replace")
    assert exported(kept)[0]["namespace"] == "emea"


def test_what_is_exported_can_be_imported(kept: Commands) -> None:
    """An export holds everything that is kept, tags and pauses included; importing it anew changes nothing."""
    kept.ok(*ADD, *EUROPE, "--set", "streams=alert,threat")
    kept.ok(*ADD, *ASIA, "--paused")
    before = exported(kept)
    (kept.folder / "consoles.ndjson").write_text(kept.ok("consoles", "export"))
    assert "unchanged" in kept.ok("consoles", "import", "consoles.ndjson")
    kept.ok("consoles", "remove", "europe", "asia", "--yes")
    assert exported(kept) == []
    kept.ok("consoles", "import", "consoles.ndjson")
    assert exported(kept) == before


def test_an_import_is_whole_or_not_at_all(kept: Commands) -> None:
    """Every fault of a file is told with its line, and nothing is imported; a dry run imports nothing either."""
    file = kept.folder / "consoles.ndjson"
    good = {"name": "one", "url": "one.example", "token_file": "one.token"}
    bad = [{**good, "name": "two", "token": TOKEN}, {**good, "name": "three", "layout": 7}]
    file.write_text("\n".join(map(json.dumps, [good, *bad])))
    result = kept.run("consoles", "import", "consoles.ndjson")
    assert result.returncode == 2
    assert "consoles.ndjson line 2: token: contains a secret" in result.stderr
    assert "consoles.ndjson line 3: layout: '7' is not a layout" in result.stderr
    assert TOKEN not in result.stderr
    assert listed(kept) == {}
    file.write_text(json.dumps(good))
    assert "added" in kept.ok("consoles", "import", "consoles.ndjson", "--dry-run")
    assert listed(kept) == {}


def test_consoles_of_the_settings_file_are_taken_over_first(kept: Commands) -> None:
    """A row beside consoles of the file, which would end their collection, is refused until they are imported."""
    (kept.folder / "s1ecs.yaml").write_text(
        "consoles:\n"
        "- {name: one, url: one.example, token_file: one.token}\n"
        "- {name: two, url: two.example, token_file: two.token, namespace: b}\n"
    )
    result = kept.run(*ADD, *EUROPE)
    assert (result.returncode, "not rows yet (one, two)" in result.stderr) == (2, True)
    kept.ok("consoles", "import", "s1ecs.yaml")
    kept.ok(*ADD, *EUROPE)
    assert [*listed(kept)] == ["europe", "one", "two"]


def test_an_unusable_console_is_listed_with_the_reason(kept: Commands, database_url: str) -> None:
    """A row that this machine can't use is invalid by itself; the others are listed as ever."""
    authorities = kept.folder / "ca.pem"
    authorities.write_text("")
    kept.ok(*ADD, *EUROPE, "--set", "ca_file=ca.pem")
    kept.ok(*ADD, *ASIA)
    authorities.unlink()
    assert listed(kept) == {"asia": "collected", "europe": "invalid"}
    assert f"ca_file: no such file: {authorities}" in kept.ok("consoles", "list")
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE s1ecs.console_rows SET settings = '{\"url\": 5}' WHERE name = 'europe'")
    assert listed(kept) == {"asia": "collected", "europe": "invalid"}


def test_without_rows_no_console_has_a_tag(kept: Commands) -> None:
    """Consoles that the state knows from before, or that are in the settings file, are not listed for a tag."""
    kept.ok(*ADD, *ASIA)
    assert listed(kept, "--tag", "acme") == {"asia": "collected"}
    kept.ok("consoles", "remove", "asia", "--yes")
    (kept.folder / "s1ecs.yaml").write_text("consoles:\n- {name: one, url: one.example, token_file: one.token}\n")
    assert [row["console"] for row in json.loads(kept.ok("consoles", "list", "--json"))] == ["one"]
    assert listed(kept, "--tag", "acme") == {}
    assert kept.ok("consoles", "list", "--tag", "acme") == "no console has these tags\n"


def test_check_tells_that_the_state_of_the_consoles_is_away(kept: Commands) -> None:
    """Where all consoles are rows and the state is away, check fails with that reason; offline it warns of it only."""
    kept.environment["S1ECS_STATE"] = f"postgresql://s1ecs@127.0.0.1:{free_port()}/s1ecs"
    kept.environment["S1ECS_OUTPUTS"] = '[{"type": "files", "path": "out"}]'
    result = kept.run("check", "--json")
    assert (result.returncode, result.stderr) == (1, "")
    [failed] = [row for row in json.loads(result.stdout) if row["status"] == "failed"]
    assert (failed["check"], "can't be reached" in failed["text"]) == ("state", True)
    offline = kept.run("check", "--offline", "--json")
    assert (offline.returncode, offline.stderr) == (0, "")
    [warning] = [row for row in json.loads(offline.stdout) if row["status"] != "ok"]
    assert (warning["status"], warning["subject"]) == ("warning", "consoles")


def test_on_one_machine_consoles_are_in_the_settings_file(tmp_path: Path) -> None:
    """Without a state in PostgreSQL each command that is about rows says so in one line, and how to have them."""
    commands = Commands(tmp_path)
    for words in (
        (*ADD, *EUROPE),
        ("consoles", "pause", "x"),
        ("consoles", "export"),
        ("consoles", "list", "--tag", "x"),
    ):
        result = commands.run(*words)
        assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
        assert "consoles are in the settings file, under `consoles`; only a state in PostgreSQL" in result.stderr
