"""Measured figures: a name, the median with its unit, and the line that is printed."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

FILE = Path("bench.json")


class Figure(NamedTuple):
    """One figure of a run; a ratio has the unit `times`."""

    name: str
    median: float
    unit: str
    line: str


def write(figures: Iterable[Figure], path: Path = FILE) -> None:
    """Write figures as JSON, one a line."""
    lines = [json.dumps({"name": each.name, "median": round(each.median, 3), "unit": each.unit}) for each in figures]
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
