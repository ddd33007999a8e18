"""A console that answers with an error beside an empty list: every command says so, and nothing is gone."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from .conftest import Commands, Start
from .patience import PATIENCE

STREAMS = ("application", "application_risk")
NOON = "2026-01-31T12:00:00Z"
ERROR = "Internal server error (5000010): Please try again later"


@contextmanager
def failing(commands: Commands, path: str) -> Iterator[None]:
    """Answers below the path are errors beside nothing."""

    def rules(*given: dict[str, str]) -> None:
        address = f"{commands.environment['S1ECS_URL']}/_standin/faults"
        with urllib.request.urlopen(address, json.dumps(given).encode(), timeout=PATIENCE):  # noqa: S310 - ours on loopback
            pass

    rules({"kind": "errors_beside_empty", "path": path})
    yield
    rules()


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory, start_standin: Start) -> Commands:
    """A store with the inventories of a small console."""
    commands = Commands(tmp_path_factory.mktemp("beside"), start_standin("--agents", "2", "--now", NOON))
    commands.ok("collect", *STREAMS)
    return commands


def here(commands: Commands) -> list[int]:
    """How many things of each inventory are there."""
    counting = "SELECT (SELECT count(*) FROM application_latest WHERE NOT gone) AS application, "
    counting += "(SELECT count(*) FROM application_risk_latest WHERE NOT gone) AS risk"
    return [int(number) for number in commands.query(counting)[0].values()]


@pytest.mark.parametrize("path", ["/application-management", "/application-management/inventory/endpoints"])
def test_an_inventory_is_not_emptied(collected: Commands, path: str) -> None:
    """Lists, or the lists of items, that fail so end with status 1 and the error, and all things stay."""
    before = here(collected)
    assert all(before)
    with failing(collected, path):
        result = collected.run("collect", *STREAMS, "--full")
    assert result.returncode == 1
    assert ERROR in result.stderr
    assert here(collected) == before


def test_check_and_reconcile_say_so(collected: Commands) -> None:
    """A stream whose list fails may not be read, and is not sound."""
    with failing(collected, "/application-management"):
        checked = collected.run("check")
        reconciled = collected.run("reconcile", "application_risk", "--from", "2026-01-30T12:00:00Z", "--to", NOON)
    assert (checked.returncode, reconciled.returncode) == (1, 1)
    assert ERROR in checked.stdout
    assert ERROR in reconciled.stdout + reconciled.stderr
    with failing(collected, "/system/status"):
        result = collected.run("check")
    assert result.returncode == 1
    assert ERROR in result.stdout


def test_a_host_is_not_unknown_because_the_console_failed(collected: Commands) -> None:
    """A response action that can't look up its host says what the console said, not that there is no such host."""
    command = ("respond", "isolate", "WS-0001", "--dry-run")
    with failing(collected, "/agents"):
        result = collected.run(*command, S1ECS_ACTION_TOKEN="actor")
    assert result.returncode == 1
    assert ERROR in result.stdout + result.stderr
