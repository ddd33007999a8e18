"""error.message holds a text exactly where the specification gives one, in the order of the rows, for every stream.

What is bad is told by `samples.py`, written by hand from the specification; no converter is asked.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s1ecs.ecs.table import FieldRow, FieldTable
from s1ecs.records import NOT_UNICODE, dumps, record_from_line
from s1ecs.streams import STREAMS, Stream
from s1ecs.streams.conversions.unified_alert import CONVERSIONS
from tests.unit.ecs.samples import ABSENT, BEYOND, EMPTY, SAMPLES, Sample

MAPPERS = {stream.name: stream.mapper() for stream in STREAMS.values()}

TEXTS = {
    "boolean": "[{}] is not a boolean value, cannot convert to boolean",
    "date": "unable to parse date [{}]",
    "double": 'For input string: "{}"',
    "float": 'For input string: "{}"',
    "geo": "'{}' is not an IP string literal.",
    "ip": "'{}' is not an IP string literal.",
    "ip list": "'{}' is not an IP string literal.",
    "lenient": "unable to parse date [{}]",
    "long": 'For input string: "{}"',
}
# What functions of the whole record read; the streams' own tests look after these.
READ_BY_FUNCTIONS = {"primaryDescription", "data.threatClassification", "threatInfo.classification"}


# What cleaning leaves nothing of.
EMPTIES = ('""', "[null]")


class Stop(Exception):
    """The record as a whole fails; the message is the last text."""


class Oracle:
    """Goes through a table as the specification reads, and tells the texts."""

    def __init__(self, table: FieldTable, chosen: Mapping[str, Sample]) -> None:
        self.table = table
        gone = EMPTIES if table.cleaned else ()
        self.chosen = {path: ABSENT if sample.json in gone else sample for path, sample in chosen.items()}
        self.set: set[str] = set()
        self.refused: set[str] = set()

    def texts(self) -> Iterator[str]:
        """All texts in order; Stop with the last one where the record fails."""
        if self.table.prepare:
            yield from self._converted_in_place()
        for row in self.table.rows:
            if row.kind == "rest":
                yield from (
                    'For input string: "1e400"' for key in row.keeps if self._at(f"{row.source}.{key}") == BEYOND
                )
            elif row.kind not in {"constant", "function", "template", "joined"} and row.source:
                yield from self._of(row, self._at(row.source))

    def _at(self, path: str) -> Sample:
        return self.chosen.get(path, ABSENT)

    def _converted_in_place(self) -> Iterator[str]:
        for conversion in CONVERSIONS:
            sample = self._at(conversion.path)
            if sample is ABSENT or sample.json == "[]" or (sample is EMPTY and conversion.empty_skipped):
                continue
            if conversion.kind not in sample.good:
                self.chosen[conversion.path] = ABSENT
                if not conversion.silent:
                    yield TEXTS[conversion.kind].format(sample.named(conversion.kind))

    def _of(self, row: FieldRow, sample: Sample) -> Iterator[str]:
        kind = "lenient" if row.lenient else "ip list" if row.split else row.kind
        skipped = row.empty == "skipped" or (row.empty is None and row.kind in self.table.empty_skipped)
        if sample is ABSENT or (row.only_if_unset and row.target in self.set) or (sample is EMPTY and skipped):
            return
        if kind in {"os type", "lower case", "ip list", "words"} and not sample.is_text:
            yield from self._of_no_text(row, sample)
        elif kind in {"keyword", "text"}:
            yield from self._of_anything(row, kind, sample)
        elif kind in TEXTS and kind not in sample.good and not (kind == "ip" and row.source in self.refused):
            if kind == "geo" and self.table.one_text_per_address:
                self.refused.add(row.source)
            empty_number = sample is EMPTY and kind in {"double", "float"}
            yield "empty String" if empty_number else TEXTS[kind].format(sample.named(kind))

    def _of_no_text(self, row: FieldRow, sample: Sample) -> Iterator[str]:
        text = f"[{sample.named('')}] is not text"
        if row.kind != "words" or row.not_text == "fails":
            raise Stop(text)
        if row.not_text == "bad":
            yield text

    def _of_anything(self, row: FieldRow, kind: str, sample: Sample) -> Iterator[str]:
        if sample is BEYOND and not row.one_of:
            yield 'For input string: "1e400"'
        elif kind == "text" and "text" in sample.otherwise:
            yield "[null] is not text"
        elif sample is not EMPTY and sample.json != "[null]":
            self.set.update(row.targets)


def _expected(table: FieldTable, chosen: Mapping[str, Sample]) -> tuple[list[str], bool]:
    flawed = any("\\ud800" in sample.json for sample in chosen.values())
    texts = [NOT_UNICODE] if flawed else []
    try:
        texts.extend(Oracle(table, chosen).texts())
    except Stop as stop:
        return [*texts, str(stop)], True
    return texts, table.bad_value_fails and bool(texts)


def _written(record: Any) -> str:
    if isinstance(record, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{_written(member)}" for key, member in record.items()) + "}"
    return str(record)


def _line(chosen: Mapping[str, Sample]) -> bytes:
    record: dict[str, Any] = {}
    for path, sample in chosen.items():
        *around, last = path.split(".")
        part = record
        for step in around:
            part = part.setdefault(step, {})
        part[last] = sample.json
    return _written(record).encode()


def _places(stream: Stream) -> list[str]:
    rows = stream.table.rows
    functions = {row.source for row in rows if row.kind in {"function", "rest"}}
    return sorted({row.source for row in rows if row.source} - functions - READ_BY_FUNCTIONS)


@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
@settings(max_examples=150)
@given(data=st.data())
def test_a_text_for_each_bad_value_and_for_no_other(stream: Stream, data: st.DataObject) -> None:
    """Missing, null, empty, of the wrong type, huge, not Unicode: as many texts, these texts, in the order of rows."""
    # Kept whole and copied, such a number is named once a place: too much to foretell here.
    samples = [sample for sample in SAMPLES if sample is not BEYOND or not stream.table.prepare]
    chosen = data.draw(st.dictionaries(st.sampled_from(_places(stream)), st.sampled_from(samples), max_size=40))
    mapped = MAPPERS[stream.name].map(record_from_line(_line(chosen)))
    texts, failed = _expected(stream.table, chosen)
    document = json.loads(dumps(mapped.document))
    assert texts == document.get("error", {}).get("message", [])
    assert failed == mapped.failed
