from typing import Any

import pytest

from s1ecs.commands.respond import many as many_command
from s1ecs.commands.respond import printing_many
from s1ecs.commands.respond.invocation import Invocation
from s1ecs.errors import ActionRefused, UsageError
from s1ecs.respond.actions.request import make_request
from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.audit.journal import Target
from s1ecs.respond.batches.planning import ManyPlans, NotPlanned
from s1ecs.respond.plan.plan import Plan
from s1ecs.respond.run.result import Result
from s1ecs.respond.trackers.follow_state import FollowState

EVIL = "ws\x1b[2K\x1b[1Gevil\ndone: isolate"


def _many(count: int, action: str = "isolate", *refused: NotPlanned) -> ManyPlans:
    row = ACTIONS[action]
    request = make_request("POST", "/agents/actions/disconnect", {"filter": {"ids": ["1"]}}, {}, frozenset())
    plans = tuple(
        Plan(
            str(number),
            row,
            (Target("agent", str(number), name=EVIL, host=EVIL),),
            (("state", f"network {EVIL}"), ("last active", "never")),
            (request,),
            "",
            FollowState(),
            str(number),
            {},
            0.0,
        )
        for number in range(count)
    )
    return ManyPlans("b", row, {}, EVIL, plans, refused, 1)


def test_a_plan_has_a_line_a_target(capsys: pytest.CaptureFixture[str]) -> None:
    """Every target has one line with its state, those that are refused one with the reason, whatever names hold."""
    nobody = NotPlanned("7", EVIL, ActionRefused(f"two are named so:\n  1  {EVIL}"))
    printing_many.print_plans(_many(3, "isolate", nobody), "one", requests=False)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["action", "comment", "hosts"]
    assert lines[2].endswith("3 (1 named more than once)")
    assert [line[:4] for line in lines[3:]] == ["  ws", "  ws", "  ws", "refu", "  ws", "    ", "    "]
    assert all("network" in line and "never" in line for line in lines[3:6])
    assert all(line.isprintable() for line in lines)


def test_the_summary_lists_what_did_not_end_well(capsys: pytest.CaptureFixture[str]) -> None:
    """How many ended how, the failed ones by name once more, and the commands that go on with the batch."""
    statuses: list[Any] = ["done", "failed", "pending", "scheduled", "done"]
    results = [
        Result(str(number), "c", "isolate", status, "why", (Target("agent", str(number), name=f"ws-{number}"),))
        for number, status in enumerate(statuses)
    ]
    printing_many.print_summary(results, "b-1")
    assert capsys.readouterr().err.splitlines() == [
        "  failed: ws-1 (1): why",
        "2 done, 1 failed, 1 pending, 1 scheduled",
        "send the rest with: s1ecs respond resume b-1",
        "check again with: s1ecs respond status b-1",
    ]


@pytest.mark.parametrize(
    ("count", "action", "asked"),
    [
        (2, "isolate", "agreed: Isolate 2 hosts"),
        (11, "isolate", "typed 11: Isolate 11 hosts"),
        (2, "uninstall", "typed 2: Uninstall the agent of 2 hosts"),
        (1, "scan", "agreed: Scan 1 host"),
    ],
)
async def test_many_are_confirmed_once(count: int, action: str, asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to ten by yes, more by their number; a dangerous action always by the number."""
    questions = []

    async def agreed(question: str) -> bool:
        questions.append(f"agreed: {question}")
        return True

    async def typed(question: str, name: str) -> bool:
        questions.append(f"typed {name}: {question}")
        return True

    monkeypatch.setattr(many_command, "agreed", agreed)
    monkeypatch.setattr(many_command, "typed", typed)
    assert await many_command._confirmed(_many(count, action), "one", Invocation())
    assert questions == [asked]


async def test_the_number_confirms_in_scripts() -> None:
    """`--yes` does not replace the number of hosts of a dangerous action; another number sends nothing."""
    assert await many_command._confirmed(_many(3, "uninstall"), "one", Invocation(confirmed="3", yes=True))
    with pytest.raises(UsageError, match="--confirm '4' is not the number of targets, 3; nothing was sent"):
        await many_command._confirmed(_many(3, "uninstall"), "one", Invocation(confirmed="4"))
