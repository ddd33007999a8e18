"""Consent to send the rest of a batch."""

from datetime import UTC, datetime

import pytest

from s1ecs.commands.respond import resume_consent
from s1ecs.commands.respond.invocation import Invocation
from s1ecs.commands.respond.resume_consent import check_consent, consented
from s1ecs.errors import UsageError
from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.audit.journal import Entry, Status, Target

UNINSTALL, ISOLATE = ACTIONS["uninstall"], ACTIONS["isolate"]


def _entry(number: int, status: Status) -> Entry:
    now = datetime(2026, 1, 31, tzinfo=UTC)
    host = Target("agent", str(number), name=f"ws-{number}", host=f"ws-{number}")
    return Entry(str(number), "one", "uninstall", now, "u", "m", "", (host,), (), status)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (Invocation(yes=True), "--yes does not confirm uninstall; pass --confirm 3"),
        (Invocation(confirmed="4"), "--confirm '4' is not the number of unsent targets, 3"),
        (Invocation(), "without a terminal; pass --confirm 3"),
    ],
)
def test_a_dangerous_action_is_confirmed_by_the_number(asked: Invocation, why: str) -> None:
    """Neither --yes nor another number sends the rest, as at first."""
    with pytest.raises(UsageError, match=why):
        check_consent(UNINSTALL, 3, asked)
    check_consent(UNINSTALL, 3, Invocation(confirmed="3"))
    check_consent(ISOLATE, 3, Invocation(yes=True))


async def test_the_unsent_targets_are_listed_before_the_question(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever confirms sees what nothing was sent for, and no other; a dangerous action is confirmed by the number."""
    questions = []

    async def typed(question: str, name: str) -> bool:
        questions.append((question, name))
        return False

    monkeypatch.setattr(resume_consent, "typed", typed)
    entries = [_entry(1, "done"), _entry(2, "scheduled"), _entry(3, "scheduled")]
    assert not await consented(UNINSTALL, entries, Invocation())
    assert questions == [("Send uninstall to 2 of 3 targets", "2")]
    shown = capsys.readouterr().err
    assert [name in shown for name in ("ws-1", "ws-2", "ws-3")] == [False, True, True]
    assert await consented(UNINSTALL, entries, Invocation(confirmed="2"))
