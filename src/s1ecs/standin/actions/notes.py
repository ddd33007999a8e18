"""POST /threats/notes and GET /threats/{id}/notes."""

import orjson

from s1ecs.standin import invent
from s1ecs.standin.actions import bodies
from s1ecs.standin.actions.activity_types import TYPES
from s1ecs.standin.actions.listing import ListedItems
from s1ecs.standin.actions.selecting import select
from s1ecs.standin.actions.telling import change_info, host_of, tell
from s1ecs.standin.console import ConsoleRequest, StandinConsole
from s1ecs.standin.fields import FieldPaths
from s1ecs.standin.parameters.parameter import PAGING, Parameter, ids, sort_by
from s1ecs.standin.parameters.threats import THREATS
from s1ecs.standin.record_list import answer
from s1ecs.standin.refusal import no_such_threat
from s1ecs.standin.shelf import Shelf

_FIELDS = FieldPaths(
    identity="id",
    filters={"creator": "creator"},
    sorts={name: name for name in ("createdAt", "updatedAt")},
    ids={"creatorId": "creatorId"},
    sort="createdAt",
)

PARAMETERS = (*PAGING, sort_by("createdAt", "updatedAt"), *ids("creatorId"), Parameter("creator__like", "text"))


async def add(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """POST /threats/notes."""
    body = await bodies.read(asked)
    text = bodies.text(bodies.section(body, ("text",)), "text")
    actions = console.actions
    moment = actions.clock()
    at = invent.time_text(moment)
    threat_ids = select(console, asked, "threat", THREATS, body["filter"])
    for threat_id in threat_ids:
        note = {
            "createdAt": at,
            "creator": asked.token.user_name,
            "creatorId": asked.token.user_id,
            "edited": False,
            "id": invent.identifier(moment, actions.number()),
            "text": text,
            "updatedAt": at,
        }
        actions.notes.setdefault(threat_id, []).append(note)
        record = console.lists["threat"].shelf().record(threat_id)
        host = host_of(console, record["agentRealtimeInfo"]["agentId"])
        tell(console, TYPES["noted"], host, moment, token=asked.token, threatId=threat_id)
        change_info(console, "threat", threat_id, moment)
    return orjson.dumps({"data": {"affected": len(threat_ids)}, "errors": None})


async def of_threat(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """GET /threats/{threat_id}/notes."""
    threat_id = bodies.check_id("threat_id", asked.request.path_params["threat_id"])
    if threat_id not in console.lists["threat"].shelf().ids():
        raise no_such_threat(threat_id)
    shelf = Shelf("id")
    for note in console.actions.notes.get(threat_id, ()):
        shelf.add(note)
    return answer(ListedItems(_FIELDS, shelf), asked.given)
