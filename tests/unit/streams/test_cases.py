"""Whole records of every stream beside the documents that they become."""

import json
from pathlib import Path
from typing import Any

import pytest

from s1ecs.records import dumps, record_from_line
from tests.unit.mappers import mapper_of

CASES = sorted((Path(__file__).parents[2] / "cases").glob("*/*.input.ndjson"))
OF_THE_ENVELOPE = {"agent", "data_stream", "input", "tags"}


def without_envelope(document: dict[str, Any]) -> dict[str, Any]:
    """A document without what the collecting process adds."""
    kept = {name: value for name, value in document.items() if name not in OF_THE_ENVELOPE}
    kept["event"] = {name: value for name, value in kept["event"].items() if name not in {"dataset", "original"}}
    return kept


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name.split('.')[0]}")
def test_case(case: Path) -> None:
    """Each record of a case becomes the expected document, field by field."""
    mapper = mapper_of(case.parent.name, keep_duplicates=True)
    expected = json.loads(case.with_name(case.name.replace(".input.ndjson", ".expected.json")).read_text())
    lines = case.read_bytes().splitlines()
    assert [without_envelope(document) for document in expected] == [
        json.loads(dumps(mapper.map(record_from_line(line)).document)) for line in lines
    ]
