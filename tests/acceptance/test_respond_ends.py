"""Actions whose processes are killed in the middle, with the stand-in: each reaches an end, and the end is true."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from s1ecs import respond
from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.audit.journal import Entry

from .conftest import MOMENT, Start
from .patience import PATIENCE
from .responding import TOKEN, Acting

# Acts in one child a case, each killed by itself: before its request is sent, before its answer is read, or while it is
# followed.
_KILLED = """
import asyncio, json, os, signal, sys
from s1ecs import respond
from s1ecs.respond.session import ActionConsole

def kill():
    os.kill(os.getpid(), signal.SIGKILL)

def watched(moment):
    act, read, sent = ActionConsole.act, ActionConsole.read, []
    async def killed_act(self, request):
        if moment == "before sending":
            kill()
        answer = await act(self, request)
        if moment == "before its answer":
            kill()
        sent.append(request)
        return answer
    async def killed_read(self, question):
        if sent:
            kill()
        return await read(self, question)
    ActionConsole.act, ActionConsole.read = killed_act, killed_read

async def main(url, state, name, target, arguments):
    async with respond.Console(url, sys.argv[3], state_dir=state) as console:
        await respond.act(console, name, target, arguments)

for name, target, arguments, moment in json.load(sys.stdin):
    child = os.fork()
    if not child:
        watched(moment)
        asyncio.run(main(sys.argv[1], sys.argv[2], name, target, arguments))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL, (name, moment)
"""
MOMENTS = ("before sending", "before its answer", "while it is followed")
PATHS = {
    "isolate": "/agents/actions/disconnect",
    "scan": "/agents/actions/initiate-scan",
    "get-file": "/agents/ID/actions/fetch-files",
    "run-script": "/remote-scripts/execute",
    "threat mitigate": "/threats/mitigate/quarantine",
}


@pytest.fixture(scope="module")
def acting(tmp_path_factory: pytest.TempPathFactory, start_standin: Start) -> Acting:
    """A stand-in to act on, with a state folder that the tests of this file share."""
    url = start_standin("--agents", "120", "--alerts", "20", "--now", MOMENT)
    return Acting(tmp_path_factory.mktemp("respond"), url)


def _kill(acting: Acting, cases: list[Any]) -> None:
    command = [sys.executable, "-c", _KILLED, acting.url, str(acting.commands.state), TOKEN]
    subprocess.run(command, input=json.dumps(cases), text=True, check=True, timeout=PATIENCE)


def _requests(acting: Acting, path: str, target: str) -> list[dict[str, Any]]:
    """The requests that the console carried out on a target, by its own record, in their order."""
    return [
        {**each, "place": place}
        for place, each in enumerate(acting.get("/_standin/actions")["requests"])
        if each["done"]
        and each["path"] == path.replace("ID", target)
        and target in each["path"] + json.dumps(each["body"])
    ]


def _cases(acting: Acting, isolated: list[str]) -> list[tuple[str, str, dict[str, Any], str]]:
    """Isolations of these hosts, three each of other actions, and the moments at which their processes are killed."""
    others: dict[str, list[tuple[str, dict[str, Any]]]] = {
        "scan": [(acting.host()["id"], {}) for _ in MOMENTS],
        "get-file": [(acting.host()["id"], {"paths": [r"C:\Temp\a"]}) for _ in MOMENTS],
        "run-script": [(acting.host()["id"], {"script": "1466645476786791837"}) for _ in MOMENTS],
        "threat mitigate": [
            (each["id"], {"mitigation": "quarantine"}) for each in acting.get("/web/api/v2.1/threats?limit=3")["data"]
        ],
    }
    cases: list[tuple[str, str, dict[str, Any], str]] = [
        ("isolate", host, {}, MOMENTS[number % 3]) for number, host in enumerate(isolated)
    ]
    for name, about in others.items():
        cases += [(name, target, given, moment) for (target, given), moment in zip(about, MOMENTS, strict=True)]
    return cases


async def _until_none_is_pending(console: respond.Console, following: respond.Following) -> list[Entry]:
    """Ask for the status of every pending action until there is none; all actions."""
    for _ in range(60):
        rows = await respond.history(console)
        pending = [entry.id for entry in rows if entry.status == "pending"]
        if not pending:
            return list(rows)
        for action in pending:
            await respond.status(console, action, following)
    raise AssertionError("actions are still pending")


async def test_killed_in_the_middle_every_action_ends(acting: Acting, tmp_path: Path) -> None:
    """After 24 kills nothing stays pending under `respond status`, and each end is what the console's record says."""
    isolated = [acting.host()["id"] for _ in range(12)]
    by_us, by_hand, gone = isolated[:6], isolated[6:9], isolated[9:]
    # What these are told never reaches them.
    acting.control(offline=gone)
    cases = _cases(acting, isolated)
    _kill(acting, cases)
    acting.send("/agents/actions/decommission", {"filter": {"ids": gone}})
    acting.send("/agents/actions/connect", {"filter": {"ids": by_hand}})
    async with respond.Console(acting.url, TOKEN, state_dir=acting.commands.state) as console:
        console.around = replace(console.around, poll=0.05)
        for host in by_us:
            released = await respond.release(console, host, following=respond.Following(patience=timedelta(seconds=30)))
            assert released.status == "done", released
        rows = await _until_none_is_pending(console, respond.Following(patience=timedelta(0), into=tmp_path))
    rows = [row for row in rows if row.action in PATHS]
    assert len(rows) == len(cases) == 24
    moments = {(name, target): moment for name, target, _, moment in cases}
    for row in rows:
        target = row.targets[0].id
        sent = _requests(acting, PATHS[row.action], target)
        assert bool(sent) is (moments[row.action, target] != "before sending"), row
        where = "us" if target in by_us else "hand" if target in by_hand else "gone" if target in gone else ""
        # Of a script that was not answered the console tells nothing without the id that the answer would have had.
        found = bool(sent) and (row.action, moments[row.action, target]) != ("run-script", "before its answer")
        status, why = _truth(where, found=found)
        assert (row.status, why in row.reason) == (status, True), (moments[row.action, target], row)
        if where == "us":
            [released_by_us] = _requests(acting, "/agents/actions/connect", target)
            assert not sent or released_by_us["place"] > sent[0]["place"]
    _shown(acting, next(row.id for row in rows if row.status == "superseded"))


def _truth(where: str, *, found: bool) -> tuple[str, str]:
    """What became of an action, and what its reason must say, by who ended what it did, if anybody."""
    if where == "us":
        return "superseded", "release (action"
    if where == "gone":
        return "unknown", "decommissioned"
    if not found:
        return "unknown", "may have been sent"
    return ("superseded", "has been undone since") if where == "hand" else ("done", "")


def _shown(acting: Acting, action: str) -> None:
    """A superseded action is told by status, history and its document."""
    told = acting.commands.run("respond", "status", action, "--json")
    assert (told.returncode, json.loads(told.stdout)["status"]) == (1, "superseded")
    assert "superseded" in acting.commands.ok("respond", "history")
    acting.commands.ok("collect", "group")
    documents = acting.commands.query("SELECT action_id, status FROM response_action WHERE state = 'finished'")
    assert {row["action_id"]: row["status"] for row in documents}[action] == "superseded"


async def test_an_action_of_an_offline_host_says_so_and_ends_in_time(acting: Acting, tmp_path: Path) -> None:
    """A pending reason tells since when the host is offline; after a fortnight the action is unknown, not pending."""
    host = acting.host()["id"]
    acting.control(offline=[host])
    async with respond.Console(acting.url, TOKEN, state_dir=tmp_path / "state") as console:
        once, taken = respond.Following(patience=timedelta(0)), ""
        for name, arguments in (("isolate", {}), ("get-file", {"paths": [r"C:\Temp\a"]}), ("scan", {})):
            result = await respond.act(console, name, host, arguments, following=once)
            assert (result.status, "the host is offline, last active 20" in result.reason) == ("pending", True)
            taken = result.id
        now = console.around.now
        console.around = replace(console.around, now=lambda: now() + timedelta(days=15))
        ended = await respond.status(console, taken, once)
    assert (ended.status, "within 14d" in ended.reason) == ("unknown", True)


async def test_a_scan_is_aborted_before_its_host_reports_it(acting: Acting, tmp_path: Path) -> None:
    """Right after a scan was requested it can be aborted, though the record still shows the end of the one before."""
    host = acting.host("windows", scanStatus="finished")["id"]
    acting.control(scan_lasts=600, latency=0.5)
    quick = respond.Following(patience=timedelta(seconds=30))
    async with respond.Console(acting.url, TOKEN, state_dir=tmp_path / "state") as console:
        console.around = replace(console.around, poll=0.05)
        refused = await respond.abort_scan(console, host)
        scan = await respond.scan(console, host, following=respond.Following(wait=False))
        aborted = await respond.abort_scan(console, host, following=quick)
        ended = await respond.status(console, scan.id, quick)
    assert refused.status == "refused"
    assert "no scan is running on it (scan finished); last active 20" in refused.reason
    assert "--force" in refused.reason
    assert aborted.status == "done", aborted
    assert (ended.status, "abort-scan" in ended.reason) == ("superseded", True)
    assert [each["path"] for each in acting.received()] == [
        "/agents/actions/initiate-scan",
        "/agents/actions/abort-scan",
    ]


async def test_a_scan_of_the_console_is_aborted_before_its_host_reports_it(acting: Acting, tmp_path: Path) -> None:
    """The same where somebody else ordered the scan: the activity of the console contradicts the record."""
    host = acting.host("windows", scanStatus="finished")["id"]
    acting.control(scan_lasts=600, latency=0.5)
    acting.send("/agents/actions/initiate-scan", {"filter": {"ids": [host]}, "data": {}})
    async with respond.Console(acting.url, TOKEN, state_dir=tmp_path / "state") as console:
        plan = await respond.make_plan(console, ACTIONS["abort-scan"], host, {})
        [although] = [text for title, text in plan.described if title == "sent although"]
        console.around = replace(console.around, poll=0.05)
        result = await respond.carry_out(console, plan, respond.Following(patience=timedelta(seconds=30)))
    assert "initiated a full disk scan" in although
    assert result.status == "done"


def test_forced_against_the_state(acting: Acting) -> None:
    """--force sends a harmless action against any state; a harmful one has no such option."""
    host = acting.host()["id"]
    acting.control()
    assert acting.act("release", host)[1]["status"] == "refused"
    assert acting.received() == []
    status, result = acting.act("release", host, "--force")
    assert (status, result["status"]) == (0, "done")
    assert len(acting.received()) == 1
    assert acting.commands.run("respond", "shutdown", host, "--force", "--yes").returncode == 2


def test_the_plan_shows_the_state_and_its_age(acting: Acting) -> None:
    """Whoever decides sees which state the console shows, and how old it is."""
    shown = acting.commands.run("respond", "isolate", acting.host()["id"], "--dry-run")
    assert "scan " in shown.stderr
    assert " ago)" in next(line for line in shown.stderr.splitlines() if line.startswith("last active"))
    threat = str(acting.first("/threats")["id"])
    shown = acting.commands.run("respond", "threat", "mitigate", threat, "unquarantine", "--dry-run")
    assert " ago)" in next(line for line in shown.stderr.splitlines() if line.startswith("state from"))
