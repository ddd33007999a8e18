"""POST /remote-scripts/execute and what becomes of it: tasks, one an agent, which GET /remote-scripts/status shows."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import orjson

from s1ecs.standin import invent
from s1ecs.standin.actions import approvals, bodies, script_output
from s1ecs.standin.actions.activity_types import TYPES
from s1ecs.standin.actions.listing import ListedItems
from s1ecs.standin.actions.reaching import by_agent
from s1ecs.standin.actions.script_library import Script, find
from s1ecs.standin.actions.selecting import select
from s1ecs.standin.actions.telling import host_of, tell
from s1ecs.standin.console import ConsoleRequest, StandinConsole, within_scope
from s1ecs.standin.fields import FieldPaths
from s1ecs.standin.organisation import Host
from s1ecs.standin.parameters.agents import AGENTS_COUNT
from s1ecs.standin.parameters.parameter import PAGING, SCOPE, TENANT, Parameter, bounds, ids, sort_by, texts
from s1ecs.standin.record_list import answer
from s1ecs.standin.refusal import bad_request, not_found, not_permitted
from s1ecs.standin.tokens import Acting, Token

_DESTINATIONS = ("Local", "None", "SentinelCloud", "SingularityXDR")
# scriptName is Kibana's alone.
_DATA = (
    "apiKey", "destinationProfileId", "destinationProfileKeyword", "inputParams", "outputDestination",
    "outputDirectory", "outputFilePaths", "password", "passwordFromScope", "requiresApproval", "scriptId",
    "scriptName", "scriptRuntimeTimeoutSeconds", "singularityxdrKeyword", "singularityxdrUrl", "taskDescription",
)  # fmt: skip
_SHORTEST_PASSWORD = 10
_TIMEOUTS = range(60, 172801)
_PERMISSIONS: Mapping[str, Acting] = {
    "action": "RemoteScriptOrchestration.runActionScript",
    "artifactCollection": "RemoteScriptOrchestration.runArtifactCollectionScript",
    "dataCollection": "RemoteScriptOrchestration.runDataCollectionScript",
}
_PARENTS = ("parentTaskId", "parentTaskId__in", "parent_task_id")
_SORTS = ("id", "initiatedBy", "createdAt", "updatedAt", "status", "detailedStatus", "agentComputerName",
          "parentTaskId", "accountName", "siteName", "groupName", "description")  # fmt: skip
_FIELDS = FieldPaths(
    identity="id",
    filters={
        "computerName": "agentComputerName",
        "createdAt": "createdAt",
        "description": "description",
        "detailedStatus": "detailedStatus",
        "initiatedBy": "initiatedBy",
        "status": "status",
        "type": "type",
        "types": "type",
        "updatedAt": "updatedAt",
        "uuid": "agentUuid",
    },
    sorts={name: name for name in _SORTS},
    ids={
        "accountIds": "accountId",
        "groupIds": "groupId",
        "ids": "id",
        "parentTaskId": "parentTaskId",
        "parent_task_id": "parentTaskId",
        "siteIds": "siteId",
    },
    text=("description", "agentComputerName"),
)

STATUS = (
    *SCOPE,
    TENANT,
    *PAGING,
    sort_by(*_SORTS),
    *ids("ids", *_PARENTS),
    *bounds("createdAt"),
    *bounds("updatedAt"),
    *texts("status", "type", "types"),
    *texts(*(f"{name}__contains" for name in ("computerName", "description", "detailedStatus", "initiatedBy", "uuid"))),
    Parameter("query", "text"),
)


class _Run(NamedTuple):
    """A script that is run: by whom, with what, and what its tasks have in common."""

    token: Token
    script: Script
    data: Mapping[str, Any]
    parent: str


async def status(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """GET /remote-scripts/status."""
    if not any(name in asked.given for name in _PARENTS):
        raise bad_request(f"{_PARENTS[0]}: missing")
    return answer(ListedItems(_FIELDS, console.actions.tasks), within_scope(console, asked, asked.given))


async def execute(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """POST /remote-scripts/execute."""
    if asked.token.lacks.issuperset(_PERMISSIONS.values()):
        raise not_permitted()
    body = await bodies.read(asked)
    data = _checked(body)
    script = find(data["scriptId"])
    if script is None:
        raise not_found(f"script {data['scriptId']}")
    if _PERMISSIONS[script.kind] in asked.token.lacks:
        raise not_permitted()
    if script.needs_input and not data.get("inputParams"):
        raise bad_request("data.inputParams: missing; the script needs them")
    agents = console.lists["agent"].shelf()
    hosts = [
        host_of(console, each)
        for each in select(console, asked, "agent", AGENTS_COUNT, body["filter"])
        if not agents.record(each)["isDecommissioned"]
    ]
    hosts = [host for host in hosts if host.system.type in script.systems]
    started: dict[str, Any] = {"affected": 0, "parentTaskId": None, "pending": False, "pendingExecutionId": None}
    if hosts:
        begin = partial(_begin, console, asked.token, script, data, hosts)
        if approvals.are_needed(console, script) or data.get("requiresApproval"):
            pending = approvals.put(console, asked.token, script, [host.id for host in hosts], begin)
            started |= {"pending": True, "pendingExecutionId": pending}
        else:
            started |= {"affected": len(hosts), "parentTaskId": begin()}
    return orjson.dumps({"data": started, "errors": None})


def _checked(body: Mapping[str, Any]) -> dict[str, Any]:
    data = bodies.section(body, _DATA)
    bodies.check_id("data.scriptId", bodies.text(data, "scriptId"))
    bodies.text(data, "taskDescription")
    if bodies.choice(data, "outputDestination", _DESTINATIONS) == "Local":
        bodies.text(data, "outputDirectory")
    if "inputParams" in data:
        bodies.text(data, "inputParams", least=0)
    if "requiresApproval" in data:
        bodies.boolean(data, "requiresApproval")
    if "password" in data and " " in bodies.text(data, "password", least=_SHORTEST_PASSWORD):
        raise bad_request("data.password: no blanks in a password")
    seconds = data.get("scriptRuntimeTimeoutSeconds", _TIMEOUTS[0])
    if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds not in _TIMEOUTS:
        raise bad_request("data.scriptRuntimeTimeoutSeconds: must be between 60 and 172800")
    return data


def _begin(console: StandinConsole, token: Token, script: Script, data: Mapping[str, Any], hosts: list[Host]) -> str:
    """Make the tasks of a run; return what they have in common, their parent's id."""
    actions = console.actions
    moment = actions.clock()
    run = _Run(token, script, data, invent.identifier(moment, actions.number()))
    for host in hosts:
        task_id = invent.identifier(moment, actions.number())
        actions.tasks.add(_task(run, host, task_id, moment))
        about = {"scriptName": script.name, "taskDescription": data["taskDescription"]}
        tell(console, TYPES["script_started"], host, moment, token=token, data=about)
        by_agent(console, host.id, partial(_carry_out, console, run, host, task_id))
    return run.parent


def _carry_out(console: StandinConsole, run: _Run, host: Host, task_id: str, moment: datetime) -> None:
    _become(console, task_id, moment, status="in_progress", statusDescription="In progress")

    def ended(moment: datetime) -> None:
        actions = console.actions
        failed = actions.is_told("script_fails", host.id, host.name)
        word = "failed" if failed else actions.controls.script_status
        detail = actions.controls.script_detail or ("The execution terminated in failure" if failed else None)
        results = {}
        if word == "completed" and run.data["outputDestination"] == "SentinelCloud":
            make = script_output.results(console, run.script, host, task_id, run.data)
            actions.results[task_id] = make
            results = {"scriptResultsSignature": script_output.signature(task_id), "scriptResultsPath": task_id}
        _become(
            console,
            task_id,
            moment,
            status=word,
            statusCode=actions.controls.status_code,
            statusDescription=word.replace("_", " ").capitalize(),
            detailedStatus=detail,
            **results,
        )

    by_agent(console, host.id, ended, since=moment)


def _become(console: StandinConsole, task_id: str, moment: datetime, **new: Any) -> None:
    tasks = console.actions.tasks
    tasks.replace(task_id, tasks.record(task_id) | {"updatedAt": invent.time_text(moment), **new})


def _task(run: _Run, host: Host, task_id: str, moment: datetime) -> dict[str, Any]:
    at = invent.time_text(moment)
    group, site = host.group, host.group.site
    return {
        "accountId": site.account.id,
        "accountName": site.account.name,
        "agentComputerName": host.name,
        "agentId": host.id,
        "agentIsActive": host.is_active,
        "agentIsDecommissioned": host.is_decommissioned,
        "agentMachineType": host.machine_type,
        "agentOsType": host.system.type,
        "agentUuid": host.uuid,
        "createdAt": at,
        "description": run.data["taskDescription"],
        "detailedStatus": None,
        "groupId": group.id,
        "groupName": group.name,
        "id": task_id,
        "initiatedBy": run.token.user_name,
        "initiatedById": run.token.user_id,
        "parentTaskId": run.parent,
        "scriptResultsPath": None,
        "siteId": site.id,
        "siteName": site.name,
        "status": "created",
        "statusCode": None,
        "statusDescription": "Created",
        "type": run.script.kind,
        "updatedAt": at,
    }
