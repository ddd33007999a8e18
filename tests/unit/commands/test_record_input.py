"""Records in files: NDJSON, pages of the API and arrays."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from s1ecs.commands.record_input import records_of, values
from s1ecs.records import dumps

RECORDS = [{"id": "1", "n": 1.50}, {"id": "2", "list": [{"a": "}"}]}]
PAGE = {"data": RECORDS, "pagination": {"nextCursor": None, "totalItems": 2}}
GRAPHQL = {"data": {"alerts": {"edges": [{"node": each, "cursor": "c"} for each in RECORDS], "pageInfo": {}}}}


def read(text: str) -> list[object]:
    """The records of a text."""
    return [
        record.value for value in values(text.encode().splitlines(keepends=True)) for record, _ in records_of(value)
    ]


def by_hand() -> Iterator[str]:
    """An array with one record a line."""
    yield "[\n"
    yield ",\n".join(map(json.dumps, RECORDS))
    yield "\n]\n"


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(map(json.dumps, RECORDS)),
        json.dumps(RECORDS),
        json.dumps(RECORDS, indent=2),
        json.dumps(PAGE),
        json.dumps(PAGE, indent=4),
        json.dumps(PAGE, indent=4) + "\n" + json.dumps({"data": [], "pagination": {}}),
        json.dumps(GRAPHQL),
        json.dumps(GRAPHQL, indent=1),
        "\n".join(json.dumps(each, indent=2) for each in RECORDS),
        "".join(by_hand()),
        '{"data": ' + "".join(by_hand()) + "}",
        "\r\n".join(["", json.dumps(PAGE), "  "]),
    ],
)
def test_every_way_of_writing_records(text: str) -> None:
    """Lines, pages and arrays, on one line or on many, hold the same records."""
    assert read(text) == RECORDS


def test_a_damaged_line_costs_no_other() -> None:
    """A line that was cut off is a value by itself, and so is every line of a value that never ends."""
    cut = '{"id": "0", "list": [1, {"a": 2'
    texts = [cut, json.dumps(RECORDS[0]), '{"id": "un', json.dumps(RECORDS[1]), "{"]
    assert list(values(f"{text}\n".encode() for text in texts)) == [text.encode() for text in texts]
    assert list(values([b"[\n", b'{"id": 1},\n'])) == [b"[", b'{"id": 1},']
    arrays = [b'[{"id": "1"},\n', b'[{"id": "2"}]\n', b'[{"id": "3"}]\n']
    assert list(values(arrays)) == [line.strip() for line in arrays]


def test_a_record_of_its_own_stays_whole() -> None:
    """What has keys beside those of a page is a record, whatever its `data` are."""
    records: list[dict[str, Any]] = [{"data": [1], "id": "1"}, {"data": {"a": 1}}, {"pagination": {}}]
    for record in records:
        assert read(json.dumps(record)) == [record]


def test_numbers_of_a_page_stay_as_written() -> None:
    """No number of a page loses a digit."""
    [found] = records_of(b'{"data": [{"a": 1.10, "b": 123456789012345678901234567890}]}')
    record, is_line = found
    assert not is_line
    assert dumps(record.exact()) == b'{"a":1.10,"b":123456789012345678901234567890}'


def test_lines_are_not_waited_for() -> None:
    """Each line of NDJSON is given before the next is read."""
    read_so_far = []

    def lines() -> Iterator[bytes]:
        for number in range(3):
            read_so_far.append(number)
            yield json.dumps({"id": number}).encode() + b"\n"

    assert [len(read_so_far) for _ in values(lines())] == [1, 2, 3]
