from dataclasses import replace
from typing import Any

import pytest

from s1ecs.commands.respond import printing
from s1ecs.commands.respond.interrupt import Underway, stopped
from s1ecs.respond.actions.request import make_request
from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.audit.journal import Target
from s1ecs.respond.plan.plan import Plan
from s1ecs.respond.run.result import Result
from s1ecs.respond.trackers.follow_state import FollowState

from .test_audit import ENTRY

EVIL = "ws\x1b[2K\x1b[1Gevil\ndone: isolate"


def _result(**more: Any) -> Result:
    usual = {"id": "5d2a", "console": "c", "action": "isolate", "status": "done", "reason": "ok"}
    return Result(**{**usual, **more})


@pytest.mark.parametrize(
    "result",
    [
        _result(hosts=(Target("agent", "1", name=EVIL, host=EVIL),)),
        _result(hosts=(Target("threat", "1", name=EVIL, host=EVIL),)),
        _result(reason=EVIL),
    ],
)
def test_a_result_is_one_line(result: Result, capsys: pytest.CaptureFixture[str]) -> None:
    """Names and reasons from outside command no terminal, and make no line that looks like one of ours."""
    printing.print_result(result)
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["done", "id"]
    assert all(line.isprintable() for line in lines)


def test_the_lines_of_a_refusal_are_set_in(capsys: pytest.CaptureFixture[str]) -> None:
    """What follows in a refusal of several lines can't be taken for a line of ours."""
    printing.print_result(_result(status="refused", reason="two are named so:\n  1  a\ndone: isolate"))
    assert capsys.readouterr().err.splitlines()[1:3] == ["    1  a", "    done: isolate"]


def test_a_plan_has_a_line_a_field(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever is asked sees a line for each field, whatever the records of the console hold."""
    action = ACTIONS["isolate"]
    request = make_request(action.method, action.path, action.body, {"id": "1"}, frozenset())
    described = (("host", EVIL), ("state", EVIL))
    plan = Plan("5d2a", action, (Target("agent", "1"),), described, (request,), EVIL, FollowState(), "1", {}, 0.0)
    printing.print_plan(plan, requests=False)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split()[0] for line in lines] == ["action", "host", "state", "comment"]
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize("status", ["done", "pending", "failed", "superseded", "unknown", "refused"])
def test_where_the_id_is_printed(status: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Without waiting the id is all of standard output, however it ended; else it stands on standard error."""
    printing.print_result(_result(status=status), wait=False)
    assert capsys.readouterr().out == "5d2a\n"
    printing.print_result(_result(status=status))
    output = capsys.readouterr()
    assert (output.out, output.err.splitlines()[-1]) == ("", "id: 5d2a")


@pytest.mark.parametrize(
    ("row", "status", "reason"),
    [
        (None, "refused", "nothing was sent"),
        (replace(ENTRY, follow={"uncertain": True}), "unknown", "it may have been sent"),
        (replace(ENTRY, follow={"uncertain": False}), "pending", "the action itself continues"),
        (replace(ENTRY, status="failed", reason="no"), "failed", "no"),
    ],
)
def test_what_is_said_to_whoever_stops(row: Any, status: str, reason: str) -> None:
    """That an action goes on is said only of one whose answer came; before that it may have been sent, or was not."""
    result = stopped(Underway("isolate"), row)
    assert result.status == status
    assert reason in result.reason
