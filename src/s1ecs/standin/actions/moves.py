"""PUT /groups/{id}/move-agents: agents go into another group of their site."""

from datetime import datetime

import orjson
from starlette.responses import Response

from s1ecs.standin import invent
from s1ecs.standin.actions import bodies
from s1ecs.standin.actions.activity_types import TYPES
from s1ecs.standin.actions.selecting import select
from s1ecs.standin.actions.telling import change, host_of, tell
from s1ecs.standin.console import ConsoleRequest, StandinConsole
from s1ecs.standin.organisation import Group
from s1ecs.standin.parameters.agents import AGENTS_COUNT
from s1ecs.standin.refusal import Refusal, not_found


async def move(console: StandinConsole, asked: ConsoleRequest) -> bytes | Response:
    """Move the agents of the filter that are of the group's site and not in the group yet."""
    group_id = bodies.check_id("group_id", asked.request.path_params["group_id"])
    body = await bodies.read(asked, data=False)
    bodies.section(body)
    group = next((each for each in console.organisation.groups if each.id == group_id), None)
    if group is None:
        raise not_found(f"group {group_id}")
    how = console.actions.controls.move_answer
    if how == "conflict":
        raise Refusal(409, 4090010, "Conflict", f"group {group_id} can't take agents now")
    moment, moved = console.actions.clock(), 0
    for agent_id in select(console, asked, "agent", AGENTS_COUNT, body["filter"]):
        record = console.lists["agent"].shelf().record(agent_id)
        if record["siteId"] == group.site.id and record["groupId"] != group.id and not record["isDecommissioned"]:
            _move(console, asked, agent_id, group, moment)
            moved += 1
    if how == "empty":
        return Response(status_code=204)
    return orjson.dumps({"data": {"agentsMoved": moved}})


def _move(console: StandinConsole, asked: ConsoleRequest, agent_id: str, group: Group, moment: datetime) -> None:
    old = console.lists["agent"].shelf().record(agent_id)
    at = invent.time_text(moment)
    change(console, "agent", agent_id, moment, groupId=group.id, groupName=group.name, groupUpdatedAt=at)
    data = {
        "newGroupId": group.id,
        "newGroupName": group.name,
        "oldGroupId": old["groupId"],
        "oldGroupName": old["groupName"],
    }
    tell(console, TYPES["moved"], host_of(console, agent_id), moment, token=asked.token, data=data)
    groups = console.lists["group"].shelf()
    for group_id, more in ((old["groupId"], -1), (group.id, 1)):
        agents = groups.record(group_id)["totalAgents"] + more
        change(console, "group", group_id, moment, totalAgents=agents)
