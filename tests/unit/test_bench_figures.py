"""The file of figures that a benchmark run writes."""

import json
from pathlib import Path

from bench.figures import Figure, write


def test_figures_are_written_with_name_median_and_unit(tmp_path: Path) -> None:
    """The file is a JSON array with one figure a line; a run that measured nothing writes an empty one."""
    path = tmp_path / "bench.json"
    write([Figure("transform alert plain", 2.34567, "times", "a line"), Figure("memory", 70, "MB", "another")], path)
    assert json.loads(path.read_text()) == [
        {"name": "transform alert plain", "median": 2.346, "unit": "times"},
        {"name": "memory", "median": 70, "unit": "MB"},
    ]
    assert len(path.read_text().splitlines()) == 4
    write([], path)
    assert json.loads(path.read_text()) == []
