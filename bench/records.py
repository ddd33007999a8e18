"""Believable records for benchmarks: those of the stand-in console."""

from collections.abc import Iterator
from datetime import UTC, datetime

import orjson

from s1ecs.standin.alerts import history
from s1ecs.standin.organisation import organisation

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def alert_lines(count: int) -> Iterator[bytes]:
    """Alerts as lines of NDJSON, without the line ends."""
    for record in history(organisation(1, NOW), count):
        yield orjson.dumps(record)
