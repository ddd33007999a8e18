import re
from typing import Any

import pytest

from s1ecs.errors import ApiProblem, Forbidden, Refused
from s1ecs.respond.actions.action import Answers
from s1ecs.respond.actions.response_parsing import said_by_answer, said_by_refusal
from s1ecs.respond.actions.table import ACTIONS


@pytest.mark.parametrize(
    ("answers", "data", "verdict", "reason"),
    [
        (Answers.AFFECTED, {"affected": 1}, "taken", "carried out"),
        (Answers.AFFECTED, {"affected": 0}, "failed", "nothing was affected"),
        (Answers.AFFECTED, {"affected": 0, "details": [{"result": "already_set"}]}, "done", "already_set"),
        (Answers.AFFECTED, {"affected": 0, "details": [{"result": "not_changed"}]}, "done", "not_changed"),
        (Answers.AFFECTED, {"affected": 0, "details": [{"result": "missing_permissions"}]}, "failed", "missing_perm"),
        (
            Answers.AFFECTED,
            {"affected": 0, "details": [{"skipped": [{"reason": "not_supported", "description": "no"}]}]},
            "failed",
            "not_supported no",
        ),
        (
            Answers.AFFECTED,
            {"affected": 1, "details": [{"skipped": [{"action": "kill", "reason": "not_supported"}], "reports": []}]},
            "failed",
            "not_supported",
        ),
        (
            Answers.AFFECTED,
            {"affected": 1, "details": [{"skipped": [{"action": "kill", "reason": "precondition"}], "reports": ["1"]}]},
            "taken",
            "skipped: precondition",
        ),
        (Answers.AFFECTED, {"affected": 1, "details": [{"result": "missing_permissions"}]}, "failed", "missing_perm"),
        (Answers.AFFECTED, {"affected": True}, "unclear", "does not state"),
        (Answers.AFFECTED, None, "unclear", "does not state"),
        (Answers.SUCCESS, {"success": True}, "taken", "accepted"),
        (Answers.SUCCESS, {"success": False}, "failed", "does not report success"),
        (Answers.MOVED, {"agentsMoved": 1}, "taken", "carried out"),
        (Answers.MOVED, {"agentsMoved": 0}, "failed", "not moved"),
        (Answers.MOVED, None, "unclear", "does not state"),
        (Answers.TASK, {"affected": 1, "parentTaskId": "7"}, "taken", "started"),
        (Answers.TASK, {"affected": 1, "parentTaskId": None}, "failed", "operating system"),
        (Answers.TASK, {"pending": True, "pendingExecutionId": "9"}, "failed", "approval.*9"),
        (Answers.ITEMS, [{"id": "1"}], "taken", "carried out"),
        (Answers.ITEMS, [], "failed", "does not contain the item"),
        (
            Answers.TRIGGERED,
            {"alertTriggerActions": {"actions": [{"success": [{"id": "1"}], "failure": []}]}},
            "taken",
            "carried out",
        ),
        (
            Answers.TRIGGERED,
            {"alertTriggerActions": {"actions": [{"success": [], "failure": [{"errorMessage": "no rights"}]}]}},
            "failed",
            "no rights",
        ),
        (
            Answers.TRIGGERED,
            {"alertTriggerActions": {"actions": [{"success": [{}], "failure": [{"errorMessage": "half"}]}]}},
            "failed",
            "half",
        ),
        (Answers.TRIGGERED, {"alertTriggerActions": {"actions": []}}, "failed", "names no changed alert"),
        (Answers.TRIGGERED, {"alertTriggerActions": {"__typename": "TriggerActionsScheduled"}}, "unclear", "scheduled"),
    ],
)
def test_what_an_answer_means(answers: Answers, data: Any, verdict: str, reason: str) -> None:
    """An answer of success is one only if it says that what was asked is taken or was so before."""
    said = said_by_answer(answers, data, 1)
    assert said.verdict == verdict
    assert re.search(reason, said.reason)


def test_fewer_than_were_asked_for() -> None:
    """Where two items were named and one was affected it is a failure."""
    assert said_by_answer(Answers.AFFECTED, {"affected": 1}, 2).verdict == "failed"


def test_half_an_explanation_is_none() -> None:
    """Where two were asked for and one was so before, the other one is not done."""
    data = {"affected": 0, "details": [{"result": "already_set"}, {"threatId": "2"}]}
    assert said_by_answer(Answers.AFFECTED, data, 2).verdict == "failed"


def test_a_redirect_keeps_its_cure() -> None:
    """A console that redirects did nothing; what to do about it is said."""
    error = Refused("c: POST /a: 302: the console redirects: set 'url'", problem=ApiProblem(302, None, "redirect"))
    said = said_by_refusal(ACTIONS["isolate"], error, "c")
    assert (said.verdict, "set 'url'" in said.reason) == ("failed", True)


def test_refusals_of_the_console() -> None:
    """What is in a list already is done; a missing permission is named; several accounts have a cure of their own."""
    exists = Refused("", problem=ApiProblem(400, 4000030, "Already Exists Error"))
    assert said_by_refusal(ACTIONS["blocklist add"], exists, "c").verdict == "done"
    assert said_by_refusal(ACTIONS["isolate"], exists, "c").verdict == "failed"
    forbidden = said_by_refusal(ACTIONS["isolate"], Forbidden("", problem=ApiProblem(403, None, "Forbidden")), "c")
    assert "Endpoints -> Disconnect from network" in forbidden.reason
    several = ApiProblem(403, 4030010, "This page doesn't support multi-scopes users yet")
    assert "a single account" in said_by_refusal(ACTIONS["ioc add"], Forbidden("", problem=several), "c").reason
