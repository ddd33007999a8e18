"""Timeline and events of one threat, generated on request."""

from collections.abc import Callable, Iterator
from typing import Any

from s1ecs.standin import record_list, threat_events, timeline
from s1ecs.standin.console import ConsoleRequest, StandinConsole, StandinResponse
from s1ecs.standin.fields import FieldPaths
from s1ecs.standin.incidents import Incident
from s1ecs.standin.organisation import Host
from s1ecs.standin.record_list import RecordList
from s1ecs.standin.refusal import bad_request, no_such_threat
from s1ecs.standin.strict import is_id

_Records = Callable[[StandinConsole, Host, Incident], Iterator[dict[str, Any]]]


def _of_threat(fields: FieldPaths, records: _Records) -> StandinResponse:
    async def answer(console: StandinConsole, asked: ConsoleRequest) -> bytes:
        host, incident = _find(console, asked.request.path_params["threat_id"])
        return record_list.answer(RecordList(fields, lambda: records(console, host, incident)), asked.given)

    return answer


def _find(console: StandinConsole, threat_id: str) -> tuple[Host, Incident]:
    if not is_id(threat_id):
        raise bad_request(f"threat_id: not an id: {threat_id}")
    found = console.incidents.get(threat_id)
    if found is None:
        raise no_such_threat(threat_id)
    return found


def _timeline(console: StandinConsole, host: Host, incident: Incident) -> Iterator[dict[str, Any]]:
    return timeline.timeline(console.organisation, host, incident)


def events_of(console: StandinConsole, host: Host, incident: Incident) -> Iterator[dict[str, Any]]:
    """Yield the events of a threat that there are by now."""
    yield from threat_events.threat_events(console.organisation, host, incident)
    yield from console.more_events.get(incident.id, ())


# Answers GET /threats/{threat_id}/timeline.
THREAT_TIMELINE = _of_threat(timeline.FIELDS, _timeline)
# Answers GET /threats/{threat_id}/explore/events.
EVENTS_OF_THREAT = _of_threat(threat_events.FIELDS, events_of)
