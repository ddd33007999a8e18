"""What lies below one threat: its timeline and its events, made when they are asked for."""

from collections.abc import Callable, Iterator
from typing import Any

from s1ecs.standin import record_list, threat_events, timeline
from s1ecs.standin.console import Answer, Asked, Console
from s1ecs.standin.fields import Fields
from s1ecs.standin.incidents import Incident
from s1ecs.standin.organisation import Host, Organisation
from s1ecs.standin.record_list import RecordList
from s1ecs.standin.refusal import bad_request, no_such_threat
from s1ecs.standin.strict import is_id

_Records = Callable[[Organisation, Host, Incident], Iterator[dict[str, Any]]]


def _of_threat(fields: Fields, records: _Records) -> Answer:
    async def answer(console: Console, asked: Asked) -> bytes:
        host, incident = _find(console.organisation, asked.request.path_params["threat_id"])
        return record_list.answer(
            RecordList(fields, lambda: records(console.organisation, host, incident)), asked.given
        )

    return answer


def _find(organisation: Organisation, threat_id: str) -> tuple[Host, Incident]:
    if not is_id(threat_id):
        raise bad_request(f"threat_id: not an id: {threat_id}")
    found = organisation.incidents.get(threat_id)
    if found is None:
        raise no_such_threat(threat_id)
    return found


# Answers GET /threats/{threat_id}/timeline.
THREAT_TIMELINE = _of_threat(timeline.FIELDS, timeline.timeline)
# Answers GET /threats/{threat_id}/explore/events.
EVENTS_OF_THREAT = _of_threat(threat_events.FIELDS, threat_events.threat_events)
