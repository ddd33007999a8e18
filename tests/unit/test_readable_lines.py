"""Lines of JSON that whoever reads them can read, whatever numbers the console sends."""

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from s1ecs.commands.terminal.tables import print_json
from s1ecs.outputs.dead_letters import DeadLetterFiles, letters
from s1ecs.outputs.output import Batch, RefusedDocument
from s1ecs.records import dumps, record_from_line
from s1ecs.sentinelone.exchange import Exchange
from s1ecs.streams import STREAMS
from s1ecs.streams.stream import Stream
from s1ecs.trace.redaction import Redacted
from s1ecs.trace.writer import line_of

NUMBERS = [
    "1e400",
    "-1e400",
    "9" * 309,
    "-" + "1" * 400,
    "1" * 5000,
    "9" * 308,
    "1e308",
    "123456789012345678901",
    "1.50",
]


def _everywhere(stream: Stream, number: str) -> bytes:
    """A record that has the number, and a list and an object of it, at every place that the stream reads."""
    record: dict[str, object] = {}
    for row in stream.table.rows:
        around = record
        *steps, last = row.source.split(".") if row.source else ["else"]
        for step in steps:
            inner = around.setdefault(step, {})
            around = inner if isinstance(inner, dict) else {}
        around.setdefault(
            last, orjson.Fragment(f'[{number},{{"a":{number}}},[{number}]]' if hash(last) % 2 else number)
        )
    return orjson.dumps(record)


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: f"{number[:9]}-{len(number)}")
def test_what_no_double_holds_is_in_no_line(
    name: str, number: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Documents, dead letters, what is printed of these, and traces are lines for a strict reader."""
    stream = STREAMS[name]
    text = _everywhere(stream, number)
    mapped = stream.mapper(keep_duplicates=True).map(record_from_line(text))
    stream.envelope(preserve_original=True).seal(mapped, text.decode, fetched=None, now=None)
    document = orjson.loads(dumps(mapped.document))
    assert document["event"]["original"] == text.decode()

    batch = Batch("default", "default", name, [("a", mapped.document)])
    DeadLetterFiles(tmp_path).append(
        None, letters(batch, "output", [RefusedDocument("a", mapped.document, "no")], "now")
    )
    written = [line for path in tmp_path.rglob("*") if path.is_file() for line in path.read_bytes().splitlines()]
    assert [orjson.loads(line)["document"] for line in written if line] == [document]
    [letter] = DeadLetterFiles(tmp_path).read(name)
    assert dumps(letter.document) == dumps(mapped.document)
    print_json(["document"], [[letter.document]])
    assert orjson.loads(capsys.readouterr().out) == [{"document": document}]

    exchange = Exchange("GET", "/x", {}, None, 1, 0.1, status=200, body=b'{"data":[%s]}' % text)
    line = line_of("default", Redacted(STREAMS.values(), ()), exchange, (), datetime.now(UTC))
    assert orjson.loads(line)["body"]["data"]


def test_a_number_of_a_line_is_left_out_and_told() -> None:
    """An integer of 400 digits is named in error.message; one of 308 is in the document as it was written."""
    mapper = STREAMS["activity"].mapper()
    document = mapper.map(record_from_line(b'{"data":{"x":%s,"y":%s}}' % (b"1" * 400, b"9" * 308))).document
    written = dumps(document)
    assert b'"y":' + b"9" * 308 in written
    assert b'"x"' not in written
    assert f'For input string: "{"1" * 400}"' in document["error"]["message"]
