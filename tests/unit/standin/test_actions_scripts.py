"""The library of scripts, their runs, approvals and results."""

import csv
import json
from typing import Any

import pytest

from .acting import Actor, actor, ids, members

__all__ = ["actor"]

_TASK = {"outputDestination": "SentinelCloud", "taskDescription": "a test"}


def script(actor: Actor, name: str) -> str:
    """The id of the script of that name."""
    (found,) = [each for each in actor.get("/remote-scripts", limit=1000) if each["scriptName"] == name]
    return str(found["id"])


def run(actor: Actor, agent: dict[str, Any], name: str, **data: Any) -> dict[str, Any]:
    """The task of a run once it ended."""
    body = {**ids(agent), "data": {**_TASK, "scriptId": script(actor, name), **data}}
    parent = actor.post("/remote-scripts/execute", body)["data"]["parentTaskId"]
    actor.wait(3)
    (task,) = actor.get("/remote-scripts/status", parentTaskId__in=parent)
    return dict(task)


def result(actor: Actor, task: dict[str, Any], password: str | None = None) -> dict[str, bytes]:
    """What the run left."""
    data = actor.post("/remote-scripts/fetch-files", {"data": {"taskIds": [task["id"]]}})["data"]
    ((link),) = data["download_links"]
    authorization = actor.client.headers.pop("Authorization")
    answered = actor.client.get(link["downloadUrl"])
    actor.client.headers["Authorization"] = authorization
    assert answered.status_code == 200, answered.text
    return members(answered.content, password)


@pytest.mark.parametrize(("system", "found"), [("linux", 1), ("macos", 1), ("windows", 0)])
def test_built_in_process_list(actor: Actor, system: str, found: int) -> None:
    """SentinelOne's own list of processes is for Linux and macOS; the customer's of a like name comes before it."""
    records = actor.get("/remote-scripts", query="process list", osTypes=system, scriptType="dataCollection")
    own = [each for each in records if (each["creator"], each["creatorId"]) == ("SentinelOne", "-1")]
    assert len(own) == found
    assert not records or records[0]["creatorId"] != "-1"


@pytest.mark.parametrize("system", ["linux", "macos", "windows"])
def test_built_in_terminate(actor: Actor, system: str) -> None:
    """There is one for each system, whose instructions name both options."""
    records = actor.get("/remote-scripts", query="terminate", osTypes=system, scriptType="action")
    (own,) = [each for each in records if each["creatorId"] == "-1"]
    assert {"-terminate", "-processes"} <= {
        word.removeprefix("-") if word.startswith("--") else word for word in own["inputInstructions"].lower().split()
    }


def test_a_run_goes_through_its_stages(actor: Actor) -> None:
    """Created, in progress, completed; each spelling of the parent's parameter finds the task."""
    body = {**ids(actor.agents("linux")[0]), "data": {**_TASK, "scriptId": script(actor, "Disk Usage")}}
    started = actor.post("/remote-scripts/execute", body)["data"]
    assert (started["affected"], started["pending"]) == (1, False)
    seen: list[str] = []
    task: dict[str, Any] = {}
    for name in ("parentTaskId", "parentTaskId__in", "parent_task_id"):
        (task,) = actor.get("/remote-scripts/status", **{name: started["parentTaskId"]})
        seen.append(task["status"])
        actor.wait()
    assert seen == ["created", "in_progress", "completed"]
    assert task["scriptResultsSignature"]


def test_status_needs_a_parent(actor: Actor) -> None:
    """Without one of the parent's parameters it is 400."""
    assert actor.send("GET", "/remote-scripts/status", None, 400)["errors"][0]["detail"] == "parentTaskId: missing"


@pytest.mark.parametrize(("system", "table"), [("linux", "ps"), ("macos", "json"), ("macos", "text"), ("linux", "csv")])
def test_process_tables(actor: Actor, system: str, table: str) -> None:
    """A list of processes is written as its system does, or as told; streams stand beside files."""
    if (system, table) not in {("linux", "ps"), ("macos", "json")}:
        actor.tell(process_table=table)
    found = result(actor, run(actor, actor.agents(system)[0], "Process List (Linux/macOS)", inputParams=""))
    assert any(name.startswith("stderr") for name in found)
    text = next(found[name] for name in found if name.startswith("process_list") or name == "stdout.txt").decode()
    match table:
        case "json":
            assert json.loads(text)[0]["pid"] == 1
        case "csv":
            assert list(csv.reader(text.splitlines()))[1][0] == "1"
        case "ps":
            assert text.splitlines()[0].split() == ["PID", "PPID", "USER", "COMMAND"]
        case _:
            assert text.startswith("This host runs")


def test_terminated_processes_are_gone(actor: Actor) -> None:
    """A process that was ended is in no later list of that host; ending it again finds none."""
    agent = actor.agents("linux")[0]
    given = '--terminate --processes "ping" --force'
    ended = result(actor, run(actor, agent, "Terminate Processes (Linux/macOS)", inputParams=given))
    assert ended["stdout.txt"].startswith(b"terminated ping (")
    assert b"ping" not in result(actor, run(actor, agent, "Process List (Linux/macOS)"))["stdout.txt"]
    again = result(actor, run(actor, agent, "Terminate Processes (Linux/macOS)", inputParams=given))
    assert again["stdout.txt"] == b"no such process\n"


def test_the_wrong_system(actor: Actor) -> None:
    """A script that is not for the agent's system starts nothing: 200 without a parent task."""
    body = {**ids(actor.agents("linux")[0]), "data": {**_TASK, "scriptId": script(actor, "Windows Inventory")}}
    started = actor.post("/remote-scripts/execute", body)["data"]
    assert started == {"affected": 0, "parentTaskId": None, "pending": False, "pendingExecutionId": None}


def test_approval(actor: Actor) -> None:
    """What needs approval starts when it is approved, with the parent task in the pending execution's record."""
    name = "Restart Print Service"
    agent = actor.agents("linux")[0]
    rails = {"data": {"scriptId": script(actor, name), "agentIds": [agent["id"]]}}
    assert actor.post("/remote-scripts/guardrails/check", rails)["data"] == {"requiresApproval": True}
    body = {**ids(agent), "data": {**_TASK, "scriptId": script(actor, name)}}
    started = actor.post("/remote-scripts/execute", body)["data"]
    assert (started["affected"], started["parentTaskId"], started["pending"]) == (0, None, True)
    path = f"/remote-scripts/pending-executions/{started['pendingExecutionId']}"
    (waiting,) = actor.get("/remote-scripts/pending-executions")
    assert waiting["status"] == "waiting"
    actor.send("PUT", path, {"data": {"action": "approve"}})
    actor.wait(2)
    (approved,) = actor.get("/remote-scripts/pending-executions", ids=started["pendingExecutionId"])
    (task,) = actor.get("/remote-scripts/status", parentTaskId=approved["parentTaskId"])
    assert (approved["status"], task["status"]) == ("approved", "completed")
    actor.send("PUT", path, {"data": {"action": "decline"}}, 400)


def test_failures(actor: Actor) -> None:
    """Told so, runs fail, or end with a status and a detail of the test's choice, and leave no results."""
    agent = actor.agents("linux")[0]
    actor.tell(script_fails=[agent["id"]])
    task = run(actor, agent, "Disk Usage")
    assert (task["status"], task["detailedStatus"]) == ("failed", "The execution terminated in failure")
    actor.tell(script_status="expired", script_detail="too late", status_code=7)
    task = run(actor, agent, "Disk Usage")
    assert (task["status"], task["detailedStatus"], task["statusCode"]) == ("expired", "too late", 7)
    data = actor.post("/remote-scripts/fetch-files", {"data": {"taskIds": [task["id"]]}})["data"]
    assert (data["download_links"], data["errors"][0]["taskId"]) == ([], task["id"])


def test_links(actor: Actor) -> None:
    """A link refuses a token, another signature, and whoever comes too late; results can be gone."""
    task = run(actor, actor.agents("linux")[0], "Disk Usage", password="0123456789")
    asked = {"data": {"taskIds": [task["id"]]}}
    assert b"Disk Usage" in result(actor, task, "0123456789")["stdout.txt"]
    actor.tell(nested_links=True)
    url = actor.post("/remote-scripts/fetch-files", asked)["data"]["data"]["download_links"][0]["downloadUrl"]
    assert actor.client.get(url).status_code == 400
    del actor.client.headers["Authorization"]
    assert actor.client.get(url[:-1] + ("0" if url[-1] != "0" else "1")).status_code == 403
    assert actor.client.get(url).status_code == 200
    actor.wait(3601)
    assert "expired" in actor.client.get(url).text
    actor.by("actor").tell(expired_files=True)
    assert actor.post("/remote-scripts/fetch-files", asked)["data"]["download_links"] == []


@pytest.mark.parametrize(
    "data",
    [
        {"outputDestination": None},
        {"outputDestination": "Cloud"},
        {"outputDestination": "Local"},
        {"taskDescription": None},
        {"scriptId": None},
        {"scriptId": "12"},
        {"inputParams": 3},
        {"password": "short"},
        {"scriptRuntimeTimeoutSeconds": 59},
        {"unknown": 1},
    ],
)
def test_bad_runs(actor: Actor, data: dict[str, Any]) -> None:
    """A run without what the API needs, or with what it does not have, is refused with 400."""
    given = {**_TASK, "scriptId": script(actor, "Disk Usage"), **data}
    body = {**ids(actor.agents("linux")[0]), "data": {key: value for key, value in given.items() if value is not None}}
    actor.post("/remote-scripts/execute", body, 400)


def test_input_that_is_needed(actor: Actor) -> None:
    """A script that needs input is refused without; a script that is not there is 404."""
    body = {**ids(actor.agents("linux")[0]), "data": {**_TASK, "scriptId": script(actor, "Collect Logs")}}
    actor.post("/remote-scripts/execute", body, 400)
    body["data"] = {**_TASK, "scriptId": "999999999999999999"}
    actor.post("/remote-scripts/execute", body, 404)


def test_kinds_of_scripts_have_their_own_permissions(actor: Actor) -> None:
    """Who may not run actions may still collect data."""
    agent = actor.agents("linux")[0]
    wanted = {name: script(actor, name) for name in ("Terminate Processes (Linux/macOS)", "Disk Usage")}
    actor.by("no-RemoteScriptOrchestration.runActionScript")
    for name, status in (("Terminate Processes (Linux/macOS)", 403), ("Disk Usage", 200)):
        actor.post(
            "/remote-scripts/execute",
            {**ids(agent), "data": {**_TASK, "scriptId": wanted[name], "inputParams": "--terminate"}},
            status,
        )
