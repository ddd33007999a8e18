"""Response actions with the installed command, each to its end: what the stand-in receives, and what came of it."""

import json
import re
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from s1ecs import respond
from s1ecs.errors import StateError
from s1ecs.respond.table import ACTIONS

from .conftest import MOMENT, Start
from .responding import TOKEN, Acting, same

HASH = "95e979551bd820befb1aa9f03c39513033e9273f"
SCRIPT = "1466645476786791835"
DRAWN = "***"

# What is typed, and what the console must receive for it: by the API's descriptions, not by our table.
# ID stands for the id of what is acted on; the word before it says what that is.
Case = tuple[list[str], str, str, Any]
THIS = {"filter": {"ids": ["ID"]}}


def _script(name: str, text: str) -> dict[str, Any]:
    return THIS | {
        "data": {
            "scriptId": name,
            "outputDestination": "SentinelCloud",
            "taskDescription": DRAWN,
            "requiresApproval": False,
            "inputParams": text,
        }
    }


CASES: dict[str, Case] = {
    "isolate": (["windows"], "POST", "/agents/actions/disconnect", THIS),
    "release": (["isolated"], "POST", "/agents/actions/connect", THIS),
    "get-file": (
        ["windows", r"C:\Temp\a b.txt", r"C:\Temp\c.log"],
        "POST",
        "/agents/ID/actions/fetch-files",
        {"data": {"password": DRAWN, "files": [r"C:\Temp\a b.txt", r"C:\Temp\c.log"]}},
    ),
    "scan": (["windows"], "POST", "/agents/actions/initiate-scan", THIS | {"data": {}}),
    "broadcast": (["macos", "call us"], "POST", "/agents/actions/broadcast", THIS | {"data": {"message": "call us"}}),
    "move-group": (["moved", "GROUP"], "PUT", "/groups/GROUP/move-agents", THIS),
    "restart": (["windows"], "POST", "/agents/actions/restart-machine", THIS),
    "shutdown": (["windows"], "POST", "/agents/actions/shutdown", THIS),
    "uninstall": (["windows", "--i-understand"], "POST", "/agents/actions/uninstall", THIS),
    "decommission": (["windows", "--i-understand"], "POST", "/agents/actions/decommission", THIS),
    "disable-agent": (
        ["windows", "--reboot", "no", "--i-understand"],
        "POST",
        "/agents/actions/disable-agent",
        THIS | {"data": {"shouldReboot": False}},
    ),
    "processes": (["linux"], "POST", "/remote-scripts/execute", _script("1466645476786791831", "")),
    "kill-process": (
        ["windows", "--name", "evil 1.exe"],
        "POST",
        "/remote-scripts/execute",
        _script("1466645476786791833", '-Terminate -Processes "evil 1.exe" -Force'),
    ),
    "run-script": (
        ["windows", "1466645476786791834", "--input", "--days '3' \"$x\""],
        "POST",
        "/remote-scripts/execute",
        _script("1466645476786791834", "--days '3' \"$x\""),
    ),
    "threat mitigate": (["threat", "quarantine"], "POST", "/threats/mitigate/quarantine", THIS),
    "threat verdict": (
        ["threat", "suspicious"],
        "POST",
        "/threats/analyst-verdict",
        THIS | {"data": {"analystVerdict": "suspicious"}},
    ),
    "threat status": (
        ["threat", "in_progress", "--verdict", "true_positive"],
        "POST",
        "/threats/incident",
        THIS | {"data": {"incidentStatus": "in_progress", "analystVerdict": "true_positive"}},
    ),
    "threat note": (["threat", "a note"], "POST", "/threats/notes", THIS | {"data": {"text": "a note"}}),
    "threat fetch-file": (["threat"], "POST", "/threats/fetch-file", THIS | {"data": {"password": DRAWN}}),
    "alert verdict": (
        ["alert", "suspicious"],
        "POST",
        "/cloud-detection/alerts/analyst-verdict",
        THIS | {"data": {"analystVerdict": "suspicious"}},
    ),
    "alert status": (
        ["alert", "in_progress"],
        "POST",
        "/cloud-detection/alerts/incident",
        THIS | {"data": {"incidentStatus": "in_progress"}},
    ),
    "blocklist add": (
        [HASH, "--os", "linux", "--description", "bad", "--site", "SITE"],
        "POST",
        "/restrictions",
        {
            "data": {"value": HASH, "osType": "linux", "type": "black_hash", "description": "bad"},
            "filter": {"siteIds": ["SITE"]},
        },
    ),
    "ioc add": (
        ["203.0.113.9", "--type", "IPV4", "--source", "case 17", "--account", "ACCOUNT"],
        "POST",
        "/threat-intelligence/iocs",
        {
            "data": [{"source": "case 17", "type": "IPV4", "value": "203.0.113.9", "method": "EQUALS"}],
            "filter": {"accountIds": ["ACCOUNT"]},
        },
    ),
}
UNIFIED = {
    "unified-alert verdict": ("SUSPICIOUS", "S1/alert/analystVerdictUpdate", "analystVerdict"),
    "unified-alert status": ("IN_PROGRESS", "S1/alert/statusUpdate", "status"),
    "unified-alert note": ("a note", "S1/alert/addNote", "note"),
}


@pytest.fixture(scope="module")
def acting(tmp_path_factory: pytest.TempPathFactory, start_standin: Start) -> Acting:
    """A stand-in to act on, with a state folder that the tests of this file share."""
    url = start_standin("--agents", "300", "--alerts", "20", "--now", MOMENT)
    return Acting(tmp_path_factory.mktemp("respond"), url)


def _known(acting: Acting, word: str) -> Mapping[str, str]:
    """What the words of a case stand for: the id of what is acted on, and its scopes."""
    if word == "threat":
        return {"ID": str(acting.first("/threats")["id"])}
    if word == "alert":
        return {"ID": str(acting.first("/cloud-detection/alerts")["alertInfo"]["alertId"])}
    if word == "moved":
        return _to_move(acting)
    if word == "isolated":
        agent = acting.host("linux", networkStatus="disconnected")
    elif word in {"windows", "linux", "macos"}:
        agent = acting.host(word)
    else:
        agent = acting.agents[0]
    return {"ID": agent["id"], "SITE": agent["siteId"], "ACCOUNT": agent["accountId"]}


def _to_move(acting: Acting) -> Mapping[str, str]:
    """A host, and another group of its site."""
    groups = acting._get("/web/api/v2.1/groups?limit=300")["data"]
    while True:
        agent = acting.host()
        for group in groups:
            if (group["siteId"], group["type"]) == (agent["siteId"], "static") and group["id"] != agent["groupId"]:
                return {"ID": agent["id"], "GROUP": group["id"]}


def _filled(value: Any, known: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(each, known) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, known) for each in value]
    if isinstance(value, str):
        return re.sub(r"\b(ID|GROUP|SITE|ACCOUNT)\b", lambda found: known.get(found[0], found[0]), value)
    return value


def _typed(name: str, words: list[str], known: Mapping[str, str]) -> list[str]:
    kinds = {"windows", "linux", "macos", "isolated", "moved", "threat", "alert"}
    first = known["ID"] if words[0] in kinds else words[0]
    return [*name.split(), first, *(_filled(word, known) for word in words[1:])]


@pytest.mark.parametrize("name", CASES)
def test_an_action_to_its_end(acting: Acting, name: str) -> None:
    """The console receives exactly the request that the API describes, once, and the action is done."""
    words, method, path, body = CASES[name]
    known = _known(acting, words[0])
    acting.control()
    status, result = acting.act(*_typed(name, words, known))
    assert (status, result["status"]) == (0, "done"), result
    [received] = acting.received()
    assert (received["method"], received["path"], received["query"]) == (method, _filled(path, known), {})
    assert same(_filled(body, known), received["body"]), received["body"]
    assert ACTIONS[name].method == method
    assert re.fullmatch("[0-9a-f-]{36}", result["id"])


def test_unified_alerts_to_their_end(acting: Acting) -> None:
    """Verdict, status and note of a unified alert go by the mutation alertTriggerActions, for this alert alone."""
    alert = acting.unified_alert()
    acting.control()
    for name, (value, action, payload) in UNIFIED.items():
        status, result = acting.act(*name.split(), alert, value)
        assert (status, result["status"]) == (0, "done"), result
        variables = acting.received()[-1]["body"]["variables"]
        assert variables["filter"] == {"or": [{"and": [{"fieldId": "id", "stringEqual": {"value": alert}}]}]}
        assert variables["actions"] == [{"id": action, "payload": {payload: {"value": value}}}]
    assert [each["path"] for each in acting.received()] == ["/unifiedalerts/graphql"] * 3


def test_removing_from_lists(acting: Acting) -> None:
    """A value is looked up first, and removed by the ids of its items in this very scope."""
    site = acting.agents[0]["siteId"]
    value = "3395856ce81f2b7382dee72602f798b642f14140"
    assert acting.act("blocklist", "add", value, "--os", "windows", "--os", "macos", "--site", site)[0] == 0
    assert acting.act("blocklist", "add", value, "--os", "windows", "--site", site)[1]["reason"].startswith("already")
    assert acting.act("ioc", "add", "evil.example", "--type", "DNS", "--source", "x", "--site", site)[0] == 0
    acting.control()
    assert acting.act("blocklist", "remove", value, "--site", site)[1]["status"] == "done"
    assert acting.act("ioc", "remove", "evil.example", "--site", site)[1]["status"] == "done"
    blocked, indicator = acting.received()
    assert (blocked["method"], blocked["path"], blocked["body"]["data"]["type"]) == (
        "DELETE",
        "/restrictions",
        "black_hash",
    )
    assert len(blocked["body"]["data"]["ids"]) == 2
    assert (indicator["method"], indicator["path"]) == ("DELETE", "/threat-intelligence/iocs")
    assert indicator["body"]["filter"].keys() == {"siteIds", "uuids"}
    status, result = acting.act("blocklist", "remove", value, "--site", site)
    assert (status, result["status"]) == (1, "refused")


def test_a_scan_is_stopped(acting: Acting) -> None:
    """A scan that runs is aborted, and the scan itself is then told as failed."""
    host = acting.host()
    acting.control(scan_lasts=600)
    status, scan = acting.act("scan", host["computerName"], "--no-wait")
    assert (status, scan["status"]) == (0, "pending")
    _until(lambda: acting._get(f"/web/api/v2.1/agents?ids={host['id']}")["data"][0]["scanStatus"] == "started")
    assert acting.act("abort-scan", host["id"])[1]["status"] == "done"
    ended = acting.commands.run("respond", "status", scan["id"], "--json", "--poll", "0.05")
    assert (ended.returncode, "aborted" in ended.stdout) == (1, True)


def _until(holds: Callable[[], bool]) -> None:
    limit = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < limit
        time.sleep(0.05)


def test_dry_run_prints_what_is_sent_and_sends_nothing(acting: Acting) -> None:
    """What --dry-run prints is what the console then receives, but for what is drawn anew; it sends nothing."""
    host = acting.host()["computerName"]
    site = acting.agents[0]["siteId"]
    calls = [
        ["get-file", host, r"C:\Temp\x"],
        ["kill-process", host, "--name", "a.exe"],
        [
            "blocklist",
            "add",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1",
            "--os",
            "linux",
            "--os",
            "macos",
            "--site",
            site,
        ],
    ]
    acting.control()
    shown = [acting.dry(*call) for call in calls]
    assert acting.received() == []
    assert [len(each) for each in shown] == [1, 1, 2]
    assert shown[0][0]["body"]["data"]["password"] == DRAWN
    for call in calls:
        assert acting.act(*call)[1]["status"] == "done"
    assert same([request for each in shown for request in each], acting.received())
    assert list(shown[0][0]) == ["method", "path", "query", "body"]


async def test_every_plan_is_what_is_received(acting: Acting, tmp_path: Path) -> None:
    """For every action of the table the Python API's plan is, request by request, what the console receives."""
    acting.control()
    async with respond.Console(acting.url, TOKEN, state_dir=tmp_path / "state") as console:
        for name, (words, *_) in CASES.items():
            if ACTIONS[name].dangerous or words[0] == "isolated" or name in {"blocklist add", "ioc add", "shutdown"}:
                continue
            known = _known(acting, words[0])
            arguments = _arguments(name, words, known)
            plan = await respond.make_plan(console, ACTIONS[name], known["ID"], arguments)
            before = len(acting.received())
            await respond.carry_out(console, plan, respond.Following(wait=False))
            assert same([request.shown for request in plan.requests], acting.received()[before:]), name


def _arguments(name: str, words: list[str], known: Mapping[str, str]) -> dict[str, Any]:
    given = [_filled(word, known) for word in words[1:]]
    arguments: dict[str, Any] = {}
    positional = [argument for argument in ACTIONS[name].arguments if not argument.flag]
    flags = {argument.flag: argument for argument in ACTIONS[name].arguments if argument.flag}
    while given:
        word = given.pop(0)
        if word in flags:
            arguments[flags[word].name] = given.pop(0)
        elif positional[0].many:
            arguments.setdefault(positional[0].name, []).append(word)
        else:
            arguments[positional.pop(0).name] = word
    return arguments


def test_a_file_comes_with_its_password(acting: Acting) -> None:
    """get-file leaves a zip that the password of the result opens, unpacks it if told; the journal has no password."""
    host = acting.host()
    acting.control()
    folder = acting.commands.folder / "evidence"
    path = r"C:\Temp\a.txt"
    status, result = acting.act("get-file", host["computerName"], path, "--to", str(folder), "--unpack")
    assert status == 0
    file = result["file"]
    with zipfile.ZipFile(file["path"]) as archive:
        assert archive.namelist()
        archive.setpassword(file["password"].encode())
        assert archive.testzip() is None
    assert list(Path(file["folder"]).rglob("*"))
    left = b"".join(each.read_bytes() for each in acting.commands.state.iterdir() if each.is_file())
    assert file["password"].encode() not in left
    assert "password" not in acting.commands.ok("respond", "history").replace(DRAWN, "")


def test_processes_are_printed(acting: Acting) -> None:
    """The process table of the result is printed as a table for people."""
    acting.control()
    output = acting.commands.ok("respond", "processes", acting.host("linux")["id"], "--yes", "--poll", "0.05")
    assert output.splitlines()[0].split()[:3] == ["pid", "name", "user"]
    assert len(output.splitlines()) > 2


def test_another_process_goes_on(acting: Acting) -> None:
    """What was not waited for is followed by its id in another process, which fetches the file and its password."""
    acting.control()
    status, taken = acting.act("get-file", acting.host()["id"], r"C:\Temp\b.txt", "--no-wait")
    assert (status, taken["status"]) == (0, "pending")
    ended = acting.commands.ok("respond", "status", taken["id"], "--poll", "0.05")
    [zipped] = acting.commands.folder.glob(f"*-get-file-{taken['id'][:8]}.zip")
    with zipfile.ZipFile(zipped) as archive:
        archive.setpassword(ended.strip().encode())
        assert archive.testzip() is None
    rows = {row["id"]: row for row in json.loads(acting.commands.ok("respond", "history", "--json"))}
    assert rows[taken["id"]]["status"] == "done"
    assert ended.strip() not in str(rows)


def test_lists_to_choose_from(acting: Acting) -> None:
    """Scripts are listed, of one operating system where that is wanted."""
    every = acting.commands.ok("respond", "scripts")
    linux = acting.commands.ok("respond", "scripts", "--os", "linux")
    assert SCRIPT in every
    assert "Windows Inventory" in every
    assert "Windows Inventory" not in linux


async def test_nothing_is_sent_that_is_not_written_down(acting: Acting, tmp_path: Path) -> None:
    """Where the state folder can't be used nothing is sent."""
    acting.control()
    (tmp_path / "state").write_text("a file where a folder should be", encoding="utf-8")
    async with respond.Console(acting.url, TOKEN, state_dir=tmp_path / "state") as console:
        with pytest.raises(StateError):
            await respond.restart(console, acting.host()["id"])
    assert acting.received() == []


async def test_from_python(acting: Acting, tmp_path: Path) -> None:
    """An action is a function: its result says what became of it, a refusal included, and history has both."""
    acting.control()
    host = acting.host()
    async with respond.Console(acting.url, TOKEN, state_dir=tmp_path / "state") as console:
        done = await respond.isolate(console, host["computerName"], comment="case 17")
        refused = await respond.isolate(console, host["id"])
        rows = await respond.history(console)
        again = await respond.status(console, done.id)
    assert (done.status, refused.status, again.status) == ("done", "refused", "done")
    assert [row.id for row in rows] == [refused.id, done.id]
    assert rows[1].comment == "case 17"
