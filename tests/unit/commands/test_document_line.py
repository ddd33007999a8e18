"""A document as one line."""

import json
from pathlib import Path

import pytest

from s1ecs.commands.document_columns import COLUMNS, column_of
from s1ecs.commands.document_line import _FORMS, document_line
from s1ecs.ecs.table import Layout
from s1ecs.records import Record
from s1ecs.streams import stream_in

CASES = Path(__file__).parents[2] / "cases"


@pytest.mark.parametrize("stream", sorted(_FORMS))
def test_columns_of_the_table_are_those_of_the_views(stream: str) -> None:
    """Every column that a line is made of is one of the view of the stream."""
    form = _FORMS[stream]
    styled = [column for column, _ in form.styles or {}]
    assert {*form.what, *styled, *filter(None, [form.severity])} <= set(COLUMNS[stream])


@pytest.mark.parametrize("stream", sorted(set(COLUMNS) - {"response_action"}))
def test_every_stream_tells_what_happened(stream: str) -> None:
    """Documents of every stream make a line that says something."""
    paths = sorted((CASES / stream).glob("*.expected.json"))
    documents = [document for path in paths for document in json.loads(path.read_text(encoding="utf-8"))]
    assert any(document_line(stream, document).what for document in documents)


@pytest.mark.parametrize(
    ("severity", "level", "style"),
    [
        (99, "critical: r", "bold red"),
        (73, "high: r", "red"),
        (47, "medium: r", "yellow"),
        (21, "low: r", ""),
        ("9", "r", ""),
    ],
)
def test_severity_is_a_word_and_a_colour(severity: object, level: str, style: str) -> None:
    """Severity is told by a word, for those without colours, and by a style; what is no number is left out."""
    who = {"host": {"name": "h"}, "process": {"user": {"name": "u"}}}
    document = {"event": {"severity": severity}, "rule": {"name": "r"}, **who}
    line = document_line("alert", document)
    assert (line.what, line.who, line.style) == (level, "h u", style)


@pytest.mark.parametrize("layout", [1, 2])
def test_a_threat_of_either_layout(layout: Layout) -> None:
    """A threat's line has its classification, whichever layout the document has."""
    record = {"threatInfo": {"threatName": "x.exe", "classification": "Trojan", "incidentStatus": "resolved"}}
    document = stream_in("threat", layout).mapper().map(Record(record, lambda: record)).document
    assert document_line("threat", document).what == "x.exe, Trojan, resolved"


def test_an_unknown_stream_shows_its_first_columns() -> None:
    """A document of a stream that this version does not know has an empty line, not an error."""
    assert document_line("policy", {"host": {"name": "h"}}) == ("", "", "")
    assert column_of({"host": "no object"}, "alert", "host") is None


def test_a_record_that_could_not_be_mapped() -> None:
    """Its line says why."""
    document = {"event": {"kind": "pipeline_error"}, "error": {"message": ["no JSON", "no time"]}}
    line = document_line("alert", document)
    assert (line.what, line.style) == ("not mapped: no JSON; no time", "bold red")
