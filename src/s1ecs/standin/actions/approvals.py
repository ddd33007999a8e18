"""Runs of scripts that somebody must approve first: GET and PUT /remote-scripts/pending-executions, guard rails."""

from collections.abc import Callable

import orjson

from s1ecs.standin import invent
from s1ecs.standin.actions import bodies
from s1ecs.standin.actions.listing import ListedItems
from s1ecs.standin.actions.script_library import Script, find
from s1ecs.standin.console import ConsoleRequest, StandinConsole
from s1ecs.standin.fields import FieldPaths
from s1ecs.standin.parameters.parameter import PAGING, SCOPE, ids, sort_by, texts
from s1ecs.standin.record_list import answer
from s1ecs.standin.refusal import bad_request, not_found
from s1ecs.standin.tokens import Token

_STATES = {"approve": "approved", "decline": "declined"}
_FIELDS = FieldPaths(
    identity="id",
    filters={"status": "status"},
    sorts={name: name for name in ("id", "createdAt", "updatedAt")},
    ids={"ids": "id"},
)

PENDING = (*SCOPE, *PAGING, sort_by("id", "createdAt", "updatedAt"), *ids("ids"), *texts("status"))


def are_needed(console: StandinConsole, script: Script) -> bool:
    """Return True if runs of the script need approval."""
    return script.needs_approval or console.actions.is_told("approval_required", script.id)


def put(console: StandinConsole, token: Token, script: Script, agent_ids: list[str], begin: Callable[[], str]) -> str:
    """Put down a run that waits for approval; return its id."""
    actions = console.actions
    moment = actions.clock()
    identity = invent.identifier(moment, actions.number())
    at = invent.time_text(moment)
    actions.approvals.add(
        {
            "agentIds": agent_ids,
            "createdAt": at,
            "id": identity,
            "initiatedBy": token.user_name,
            "initiatedById": token.user_id,
            "parentTaskId": None,
            "scriptId": script.id,
            "scriptName": script.name,
            "status": "waiting",
            "updatedAt": at,
        }
    )
    actions.approved[identity] = begin
    return identity


async def pending(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """GET /remote-scripts/pending-executions."""
    return answer(ListedItems(_FIELDS, console.actions.approvals), asked.given)


async def review(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """PUT /remote-scripts/pending-executions/{id}: start it, or not."""
    identity = bodies.check_id("id", asked.request.path_params["id"])
    data = bodies.section(await bodies.read(asked, filtered=False), ("action",))
    word = _STATES[bodies.choice(data, "action", tuple(_STATES))]
    actions = console.actions
    if identity not in actions.approved:
        raise not_found(f"pending execution {identity}")
    record = actions.approvals.record(identity)
    if record["status"] != "waiting":
        raise bad_request(f"data.action: {identity} is {record['status']} already")
    parent = actions.approved[identity]() if word == "approved" else None
    changed = {"parentTaskId": parent, "status": word, "updatedAt": invent.time_text(actions.clock())}
    actions.approvals.replace(identity, record | changed)
    return orjson.dumps({"data": record | changed})


async def check(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """POST /remote-scripts/guardrails/check: whether a run would need approval."""
    data = bodies.section(await bodies.read(asked, filtered=False), ("agentIds", "scriptId"))
    bodies.ids(data, "agentIds")
    script = find(bodies.check_id("data.scriptId", bodies.text(data, "scriptId")))
    if script is None:
        raise not_found(f"script {data['scriptId']}")
    return orjson.dumps({"data": {"requiresApproval": are_needed(console, script)}})
