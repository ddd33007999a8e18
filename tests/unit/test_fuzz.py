"""Short runs of the fuzzing; `make fuzz` is the long one."""

import json
from random import Random
from typing import Any

import pytest

import fuzz.collecting
from fuzz.collecting import through_collect
from fuzz.transforming import through_transform
from s1ecs.streams import STREAMS

ALL = pytest.mark.parametrize("stream", STREAMS)
# Far less than it took before there were slices, and more than it takes on a machine that is busy with other things.
LONGEST = 0.05
SLOWEST_RECORD = 0.5
TRIES = 6


@ALL
def test_mutated_records_become_documents(stream: str) -> None:
    """One document for each record, with an id, that the strictest of readers takes, and soon."""
    assert through_transform(stream, 300, _random(f"3 {stream}")).slowest < SLOWEST_RECORD


@ALL
def test_mutated_records_stop_no_poll(stream: str) -> None:
    """Of pages with one mutated record in ten all are delivered, those as some document; the checkpoint moves."""
    found = through_collect(stream, 400, _random(f"4 {stream}"))
    assert found.failures == []
    assert found.poisoned > 10


def _random(seed: str) -> Random:
    return Random(seed)  # noqa: S311 - chance that can be repeated


def _longest(stream: str, count: int) -> float:
    """The longest time that the event loop was held up for, in the best of some tries: others use the machine, too."""
    longest = 9.0
    for number in range(TRIES):
        found = through_collect(stream, count, _random(str(number)))
        assert found.failures == []
        longest = min(longest, found.longest)
        if longest < LONGEST:
            break
    return longest


@ALL
def test_mutated_records_do_not_hold_up_the_event_loop(stream: str) -> None:
    """No callback of the event loop takes long, whatever the records hold: reading, masking, mapping, packing."""
    assert _longest(stream, 500) < LONGEST


@pytest.mark.parametrize(
    ("text", "length"),
    [(" ?sig=a", 20_000), ("https://a.example/?sig=a ", 8000), ("<script ", 8000), ('"', 8000), ("\ud800", 8000)],
)
def test_a_page_of_hostile_records_does_not_hold_up_the_event_loop(
    monkeypatch: pytest.MonkeyPatch, text: str, length: int
) -> None:
    """A thousand records with a long command line that is made to take its time are a page as any other."""

    def hostile(record: dict[str, Any], _random: Random) -> bytes:
        return json.dumps({**record, "primaryDescription": text * (length // (len(json.dumps(text)) - 2))}).encode()

    monkeypatch.setattr(fuzz.collecting, "mutated", hostile)
    monkeypatch.setattr(fuzz.collecting, "_POISONED", 1)
    # What else runs on the machine makes a round longer, never shorter.
    assert any(_longest("activity", 1000) < LONGEST for _ in range(4))
