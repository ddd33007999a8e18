"""The work that `transform` does for a record: counted, because seconds tell of the machine."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import orjson
import pytest

from bench.records import lines
from s1ecs import records
from s1ecs.commands.transform import transform
from s1ecs.ecs import empty_values
from s1ecs.ecs.mapper import Mapper
from s1ecs.ecs.redaction import Redaction
from s1ecs.records import Record, record_from_line
from s1ecs.streams import STREAMS
from s1ecs.streams.conversions import agent_lists, threat_lists
from s1ecs.streams.recognition import Recognition

RECORDS = 50
EVERY_STREAM = pytest.mark.parametrize("stream", STREAMS)


class _CountingJSON:
    """The JSON library, counting the calls of its functions."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        found = getattr(_REAL, name)
        if name not in {"loads", "dumps"}:
            return found

        def counted(*arguments: Any, **options: Any) -> Any:
            self.calls[name] += 1
            return found(*arguments, **options)

        return counted


_REAL = orjson


def _transformed(stream: str, given: list[bytes]) -> list[bytes]:
    described = STREAMS[stream]
    written: list[bytes] = []
    transform(
        (line + b"\n" for line in given),
        written.append,
        described.mapper(keep_duplicates=True),
        described.envelope(preserve_duplicates=True),
        Redaction(described.table, ()),
        stream=described,
    )
    return written


@EVERY_STREAM
def test_a_record_is_parsed_and_written_once(stream: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line is parsed once and each document is written once; no record is parsed again for its exact numbers."""
    given = [line for line in lines(stream, RECORDS) if b"pipeline_error" not in b"".join(_transformed(stream, [line]))]
    counting = _CountingJSON()
    monkeypatch.setattr(records, "orjson", counting)
    monkeypatch.setattr(records, "exact", _never)
    assert len(_transformed(stream, given)) == len(given) > RECORDS / 2
    assert counting.calls == {"loads": len(given), "dumps": len(given)}


def _never(*_: Any) -> Any:
    raise AssertionError


@EVERY_STREAM
def test_ids_of_records_without_fractions_need_no_second_parsing(stream: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An id over a record in which no number may have lost its text is made from the values at hand."""
    mapper = STREAMS[stream].mapper()
    given = list(lines(stream, RECORDS))
    expected = [mapper.identify(Record(json.loads(line), partial(records.exact, line))) for line in given]
    monkeypatch.setattr(records, "exact", _never)
    assert [mapper.identify(record_from_line(line)) for line in given] == expected


@pytest.mark.parametrize(
    ("text", "is_read_again"),
    [
        ('{"a": 1, "b": [18446744073709551615, -9223372036854775808], "c": {"d": "1.50"}}', False),
        ('{"a": [{"b": 1.50}]}', True),
        ('{"a": 1E2}', True),
        ('{"a": 18446744073709551616}', True),
        ('{"a": -0, "b": -0.0}', True),
    ],
)
def test_a_record_is_read_again_where_a_number_may_have_lost_its_text(text: str, *, is_read_again: bool) -> None:
    """Its text is the same either way, and only fractions, exponents and integers beyond 64 bits take the reader."""
    read_again = []

    def exact() -> Any:
        read_again.append(text)
        return records.exact(text.encode())

    record = Record(orjson.loads(text), exact)
    assert records.canonical(records.exact_form(record)) == records.canonical(records.exact(text.encode()))
    assert bool(read_again) == is_read_again


def test_records_of_the_same_keys_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stream a record fits is found out for its set of keys, not for each record."""
    looked: list[object] = []

    def fits(record: object, _: object) -> bool:
        looked.append(record)
        return True

    monkeypatch.setattr("s1ecs.streams.recognition.fits", fits)
    recognition = Recognition(STREAMS["group"])
    assert all(recognition.fits({"id": number, "name": "x"}) for number in range(RECORDS))
    assert recognition.fits({"id": 1})
    assert len(looked) == 2


@pytest.mark.parametrize("value", [["a", "b"], {"a": "b", "n": 0, "f": False}, [1, True]])
def test_a_value_without_empties_is_not_copied(value: Any) -> None:
    """A flat list or object that has no empties goes into the document as it is."""
    assert empty_values.whole(value, []) is value


def _without_short_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    def unusual(*_: Any) -> None:
        return None

    for module in (agent_lists, threat_lists):
        for name in [name for name in vars(module) if name.startswith("usual_")]:
            monkeypatch.setattr(module, name, unusual)


@pytest.mark.parametrize("stream", ["agent", "threat"])
def test_short_ways_change_nothing(stream: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists as consoles write them become the same by their short way as step by step."""
    given = list(lines(stream, RECORDS))
    short = _transformed(stream, given)
    _without_short_ways(monkeypatch)
    assert short == _transformed(stream, given)


def _odd_alerts() -> Iterator[dict[str, Any]]:
    odds: list[Any] = [
        None,
        "",
        [],
        {},
        [{}],
        [""],
        {"a": None},
        0,
        False,
        1.5,
        "x",
        ["x"],
        [None, "x"],
        {"x": "y"},
        [[{"a": None}]],
        [{"a": None}],
    ]
    for odd in odds:
        for place in ("assets", "cloud", "accountId", "noteExists", "ip", "result", "email", "createdAt"):
            yield {
                "id": "1",
                "createdAt": odd if place == "createdAt" else "2026-01-02T03:04:05Z",
                "noteExists": odd if place == "noteExists" else True,
                "result": odd if place == "result" else "MITIGATED",
                "assignee": {"email": odd if place == "email" else "a@b"},
                "assets": odd if place == "assets" else [{"id": "2", "name": "n"}],
                "detectionTime": {
                    "attacker": {"ip": odd if place == "ip" else "192.0.2.1", "host": None},
                    "assets": [
                        {
                            "asset": {"osType": ""},
                            "cloud": odd
                            if place == "cloud"
                            else {"providerDetails": {"accountId": "3", "serviceAccount": odd}},
                        }
                    ],
                },
            }


def test_a_unified_alert_becomes_the_same_either_way() -> None:
    """Records, odd and usual ones, become the same document whether they are made ready in one pass or step by step."""
    stream = STREAMS["unified_alert"]
    short = stream.mapper()
    steps = Mapper(replace(stream.table, prepare_usual=None))
    usual: Callable[[dict[str, Any]], Any] | None = stream.table.prepare_usual
    assert usual is not None
    taken = 0
    for text in [*lines("unified_alert", RECORDS), *(json.dumps(alert).encode() for alert in _odd_alerts())]:
        record = record_from_line(text)
        taken += usual(record.value) is not None
        assert records.dumps(short.map(record).document) == records.dumps(steps.map(record).document), text
    assert taken >= RECORDS
