"""Recognition of records of another stream."""

import json
from pathlib import Path

import pytest

from s1ecs.streams import STREAMS
from s1ecs.streams.recognition import fits, likely_stream

CASES = Path(__file__).parents[2] / "cases"


@pytest.mark.parametrize("name", STREAMS)
def test_records_of_each_stream(name: str) -> None:
    """The records of a stream fit it, and no stream with sections of its own that they lack."""
    lines = [line for file in (CASES / name).glob("*.ndjson") for line in file.read_text().splitlines()]
    for record in map(json.loads, lines):
        assert fits(record, STREAMS[name])
        unlike = [other for other in STREAMS if other != name and not fits(record, STREAMS[other])]
        # An installed application and its risks have most of their keys in common.
        assert len(unlike) >= len(STREAMS) - 2


def test_likely_stream() -> None:
    """A record is told by the keys that few streams have; one without any is told by none."""
    [line] = (CASES / "threat" / "incidents.input.ndjson").read_text().splitlines()
    assert likely_stream(json.loads(line)) == "threat"
    assert likely_stream({"id": "1", "createdAt": "2026-01-31T12:00:00Z"}) is None
    assert likely_stream({"made": 1, "up": 2}) is None
    assert not fits({"made": 1, "up": 2}, STREAMS["agent"])
    assert fits({}, STREAMS["agent"])
