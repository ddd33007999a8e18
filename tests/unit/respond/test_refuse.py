from pathlib import Path

import pytest

from s1ecs import respond
from s1ecs.errors import ActionRefused, ActionWithoutTarget
from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.audit.journal import Entry, Target
from s1ecs.respond.run.refuse import refuse

# Nothing listens there, and nothing is asked: these are refused before.
NOBODY = "http://127.0.0.1:9"
ID = "225494730938493804"


async def _row(folder: Path, action: str, target: str | respond.Scope, **arguments: object) -> Entry:
    async with respond.Console(NOBODY, "a-token-for-tests", state_dir=folder) as console:
        result = await respond.act(console, action, target, arguments, comment="case 17")
        [row] = await respond.history(console)
    assert (result.status, row.status, row.id, row.comment) == ("refused", "refused", result.id, "case 17")
    return row


async def test_a_refused_argument(tmp_path: Path) -> None:
    """A value that is not allowed is written down as refused, with the host and all arguments as they were typed."""
    row = await _row(tmp_path, "kill-process", "ws-1", name='a"b')
    assert row.targets == (Target("agent", "", name="ws-1", host="ws-1"),)
    assert row.details == {"arguments": {"name": 'a"b'}}
    assert "could break out" in row.reason


@pytest.mark.parametrize(
    ("name", "target", "arguments", "kept"),
    [
        ("get-file", ID, {"paths": ["a.txt"]}, Target("agent", ID, agent=ID)),
        ("isolate", "9" * 5000, {}, Target("agent", "", name="9" * 1024 + "...", host="9" * 1024 + "...")),
        ("threat mitigate", "../x", {"mitigation": "kill"}, Target("threat", "../x")),
        ("blocklist remove", respond.Scope("planet", "1"), {"value": "a" * 40}, Target("scope", "1", "planet")),
        ("blocklist remove", "1", {"value": "a" * 40}, Target("scope", "1")),
        ("isolate", respond.Scope("site", ID), {}, Target("scope", ID, "site")),
    ],
)
async def test_what_was_asked_for_is_kept(
    tmp_path: Path, name: str, target: str | respond.Scope, arguments: dict[str, object], kept: Target
) -> None:
    """The target of a refused action is kept as typed, of any kind and cut to a length that a row bears."""
    assert (await _row(tmp_path, name, target, **arguments)).targets == (kept,)


async def test_a_request_without_a_target_is_a_refusal(tmp_path: Path) -> None:
    """A request that is not sent because it names nothing to act on leaves a row as every refusal does."""
    error = ActionWithoutTarget("POST /x is not sent")
    assert isinstance(error, ActionRefused)
    async with respond.Console(NOBODY, "a-token-for-tests", state_dir=tmp_path) as console:
        await refuse(console, ACTIONS["isolate"], "5d2a", error, target="ws-1", arguments={}, comment="")
        [row] = await respond.history(console)
    assert (row.status, row.reason) == ("refused", str(error))
