"""Whole records of every stream beside the documents that they become."""

import json
from pathlib import Path
from typing import Any

import pytest

from s1ecs.ecs.layouts import LAYOUTS
from s1ecs.ecs.table import Layout
from s1ecs.records import dumps, record_from_line
from tests.unit.mappers import mapper_of

CASES = sorted((Path(__file__).parents[2] / "cases").glob("*/*.input.ndjson"))
OF_THE_ENVELOPE = {"agent", "data_stream", "input", "tags"}


def without_envelope(document: dict[str, Any]) -> dict[str, Any]:
    """A document without what the collecting process adds."""
    kept = {name: value for name, value in document.items() if name not in OF_THE_ENVELOPE}
    kept["event"] = {name: value for name, value in kept["event"].items() if name not in {"dataset", "original"}}
    return kept


def expected_of(case: Path, layout: Layout) -> list[dict[str, Any]]:
    """The documents of a case in a layout; without a file of its own, layout 2 differs in the version of ECS alone."""
    name = case.name.removesuffix(".input.ndjson")
    of_first = case.with_name(f"{name}.expected.json")
    of_second = case.with_name(f"{name}.expected-layout-2.json")
    own = layout == 1 or of_second.exists()
    found = json.loads((of_second if layout == 2 and own else of_first).read_text())
    return [document if own else {**document, "ecs": {"version": "9.3.0"}} for document in found]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name.split('.')[0]}")
def test_case(case: Path, layout: Layout) -> None:
    """Each record of a case becomes the expected document of each layout, field by field."""
    mapper = mapper_of(case.parent.name, keep_duplicates=True, layout=layout)
    lines = case.read_bytes().splitlines()
    assert [without_envelope(document) for document in expected_of(case, layout)] == [
        json.loads(dumps(mapper.map(record_from_line(line)).document)) for line in lines
    ]
