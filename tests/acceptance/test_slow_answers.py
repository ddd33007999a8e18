"""A console that answers later than `read_timeout`: tried again, said with the cure; an action is sent once only."""

import json
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from .conftest import MOMENT, Commands, Start
from .patience import PATIENCE
from .responding import Acting

QUICK = {"S1ECS_READ_TIMEOUT": "400ms"}
PIECES = {"kind": "slow", "bytes": 20, "seconds": 3}


def fault(url: str, **rule: Any) -> None:
    """Let the stand-in go wrong by this rule alone; by none without one."""
    added = (("POST", json.dumps([rule]).encode()),) if rule else ()
    for method, data in (("DELETE", None), *added):
        request = urllib.request.Request(f"{url}/_standin/faults", data, method=method)  # noqa: S310 - our own server
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
            assert answer.status < 300


@pytest.fixture
def url(start_standin: Start) -> str:
    """A stand-in console of the test's own."""
    return start_standin("--agents", "20", "--alerts", "40", "--now", MOMENT)


@pytest.mark.parametrize("kind", [{"kind": "silence", "seconds": 3}, PIECES])
def test_one_late_answer_is_asked_for_again(tmp_path: Path, url: str, kind: Mapping[str, Any]) -> None:
    """An answer that is late once, from the start or between its pieces, costs another try and no record."""
    fault(url, path="/cloud-detection/alerts", at_most=1, **kind)
    commands = Commands(tmp_path, url)
    commands.ok("collect", "alert", **QUICK)
    assert commands.count() == 40


def test_answers_that_are_always_late(tmp_path: Path, url: str) -> None:
    """It ends with status 1, one line with console, stream and the settings that help; the next collect brings all."""
    fault(url, path="/cloud-detection/alerts", kind="silence", seconds=60)
    commands = Commands(tmp_path, url)
    result = commands.run("collect", "alert", **QUICK)
    assert result.returncode == 1
    [line] = [line for line in result.stderr.splitlines() if "[error]" in line]
    assert "default alert: GET /cloud-detection/alerts: timed out, no response within 0.4 s" in line
    assert "'read_timeout'" in line
    assert "'page_size'" in line
    fault(url)
    commands.ok("collect", "alert", **QUICK)
    assert commands.count() == 40


@pytest.mark.parametrize(
    ("words", "path", "ends"),
    [
        (["isolate", "HOST"], "/agents/actions/disconnect", "done"),
        (["broadcast", "HOST", "call us"], "/agents/actions/broadcast", "unknown"),
    ],
)
def test_an_action_whose_answer_is_late(tmp_path: Path, url: str, words: list[str], path: str, ends: str) -> None:
    """An action is sent once, though its answer is late: the console is asked, or it is `unknown`, with the cause."""
    acting = Acting(tmp_path, url)
    host = acting.host()["id"]
    fault(url, path=path, **PIECES)
    status, result = acting.act(*(host if word == "HOST" else word for word in words), **QUICK)
    assert (status, result["status"]) == (int(ends != "done"), ends)
    assert len(acting.received()) == 1
    if ends == "unknown":
        assert f"it was sent; no response that states the outcome (POST {path}" in result["reason"]
