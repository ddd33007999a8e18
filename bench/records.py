"""Believable records for benchmarks: those of the stand-in console, else of tests/cases."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson

from s1ecs.standin.activities import activities
from s1ecs.standin.agents import agents
from s1ecs.standin.alerts import history
from s1ecs.standin.groups import groups
from s1ecs.standin.installations import Installations
from s1ecs.standin.organisation import Organisation, organisation
from s1ecs.standin.risks import RiskList
from s1ecs.standin.threat_events import threat_events
from s1ecs.standin.threats import threats
from s1ecs.standin.unified_alerts import unified_alerts

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
CASES = Path(__file__).parent.parent / "tests" / "cases"

_Records = Callable[[Organisation], Iterable[dict[str, Any]]]


def _applications(organisation: Organisation) -> Iterator[dict[str, Any]]:
    installations = Installations(organisation)
    return map(installations.record, installations.all)


def _risks(organisation: Organisation) -> Iterator[dict[str, Any]]:
    shelf = RiskList(Installations(organisation)).shelf()
    return (orjson.loads(shelf.body(number)) for number in range(len(shelf)))


def _threat_events(organisation: Organisation) -> Iterator[dict[str, Any]]:
    for host, incident in organisation.incidents.values():
        yield from threat_events(organisation, host, incident)


def _cases(stream: str) -> Iterator[dict[str, Any]]:
    for path in sorted((CASES / stream).glob("*.input.ndjson")):
        yield from map(orjson.loads, path.read_bytes().splitlines())


_BY_STREAM: Mapping[str, _Records] = MappingProxyType(
    {
        "activity": activities,
        "agent": agents,
        "alert": partial(history, count=5000),
        "application": _applications,
        "application_risk": _risks,
        "group": groups,
        "threat": threats,
        "threat_event": _threat_events,
        "unified_alert": unified_alerts,
    }
)


def lines(stream: str, count: int) -> Iterator[bytes]:
    """Records of a stream as lines of NDJSON, without the line ends; from the beginning again where they end."""
    made = _BY_STREAM.get(stream)
    records = made(organisation(1, NOW)) if made else _cases(stream)
    return islice(cycle([orjson.dumps(record) for record in islice(records, count)]), count)
