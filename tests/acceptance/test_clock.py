"""The installed command against a console whose clock is wrong for a while: nothing is lost, and it is warned of."""

import json
import urllib.request
from typing import Any

import pytest

from .conftest import Commands, Start
from .patience import PATIENCE

PATHS = {
    "activity": "/activities",
    "alert": "/cloud-detection/alerts",
    "unified_alert": "/unifiedalerts/graphql",
}
HOUR, DAY = 60, 24 * 60


@pytest.fixture
def console(start_standin: Start, alone: Commands) -> str:
    """The address of a console of this test's own, whose clock is right; `alone` collects from it."""
    url = start_standin("--agents", "5")
    alone.environment |= {
        "S1ECS_URL": url,
        "S1ECS_TOKEN": "a-token-for-tests",
        "S1ECS_CLOCK_TOLERANCE": "5m",
        "S1ECS_STREAMS": ",".join(PATHS),
    }
    return url


def rules(console: str, *given: dict[str, Any]) -> None:
    """Put these faults in the place of those there are."""
    request = urllib.request.Request(f"{console}/_standin/faults", json.dumps(given).encode(), method="POST")  # noqa: S310
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - our own server on loopback
        assert answer.status == 200


def records(count: int, minutes: float = 0) -> list[dict[str, Any]]:
    """So many records in each stream, at its next request, stamped by a clock that is so many minutes ahead."""
    one = {"kind": "same_time", "records": count, "minutes": minutes, "at_most": 1}
    return [{**one, "path": path} for path in PATHS.values()]


def collect_new(console: str, commands: Commands, count: int) -> None:
    """Collect records that come to be while a poll is asking."""
    rules(console, *records(count))
    commands.ok("collect")
    commands.ok("collect")  # a window of time ends before it is asked for


def counts(commands: Commands) -> dict[str, int]:
    """How many documents of each stream there are, each id once."""
    each = (f"SELECT '{name}' AS stream, count(*) AS n, count(DISTINCT id) AS ids FROM {name}" for name in PATHS)  # noqa: S608 - our names
    rows = commands.query(" UNION ALL ".join(each))
    assert all(row["n"] == row["ids"] for row in rows)
    return {row["stream"]: row["n"] for row in rows}


@pytest.mark.parametrize(
    "clock",
    [
        {"minutes": 2 * DAY},
        {"date": "Fri, 21 Sep 2096 10:00:00 GMT"},
        {"date": "Fri, 31 Dec 9999 23:59:59 GMT"},
    ],
    ids=["two days ahead", "2096", "9999"],
)
def test_a_wrong_date_at_the_first_poll_is_not_kept(console: str, alone: Commands, clock: dict[str, Any]) -> None:
    """Records that come to be behind a first poll under a wrong clock arrive once it is right, all of them."""
    rules(console, {"kind": "clock", **clock})
    alone.ok("collect")
    before = counts(alone)
    collect_new(console, alone, 5)
    assert counts(alone) == {name: before[name] + 5 for name in PATHS}


@pytest.mark.parametrize("minutes", [2 * HOUR, 70 * 365 * DAY], ids=["ahead", "absurd"])
def test_a_clock_that_steps_and_steps_back_loses_nothing(console: str, alone: Commands, minutes: int) -> None:
    """A poll under a wrong clock, a record stamped by it, then a right one: what comes then arrives, once."""
    alone.ok("collect")
    before = counts(alone)
    rules(console, {"kind": "clock", "minutes": minutes}, *records(2, minutes))
    alone.ok("collect")
    collect_new(console, alone, 10)
    assert counts(alone) == {name: before[name] + 12 for name in PATHS}


def test_a_wrong_clock_is_warned_of(console: str, alone: Commands) -> None:
    """Check, log and status tell which console's clock is wrong, by how much, and what to do, until it is right."""
    rules(console, {"kind": "clock", "minutes": 2 * HOUR})
    first = alone.run("collect")
    assert first.returncode == 0
    [warning] = [line for line in first.stderr.splitlines() if "clock" in line]
    assert "default: the console's clock is 2h" in warning or "default: the console's clock is 1h59m5" in warning
    assert "ahead of this machine's (tolerance 5m)" in warning
    [found] = [line for line in alone.run("check").stdout.splitlines() if "the console's clock" in line]
    assert found.startswith("warning")
    told = alone.run("status", "--json")
    [line] = [line for line in json.loads(told.stdout) if line["about"] == "default clock"]
    assert (told.returncode, line["verdict"], line["console"]) == (1, "warning", "default")
    for text in (found, line["text"]):
        assert "ahead of this machine's" in text
        assert "NTP" in text
        assert "Date header" in text
    rules(console)
    assert "clock" not in alone.run("collect").stderr
    assert "clock" not in alone.run("status").stdout
    assert "clocks agree" in alone.run("check").stdout
