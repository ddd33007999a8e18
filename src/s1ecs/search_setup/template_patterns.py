"""Overlap of index templates: which fit the same names."""

from collections.abc import Mapping
from functools import cache
from typing import Any


@cache
def overlap(one: str, other: str) -> bool:
    """Return True if some name matches both patterns; `*` stands for any text."""
    if not one or not other:
        return not (one + other).strip("*")
    if one[0] == "*":
        return overlap(one[1:], other) or overlap(one, other[1:])
    if other[0] == "*":
        return overlap(one, other[1:]) or overlap(one[1:], other)
    return one[0] == other[0] and overlap(one[1:], other[1:])


def fits(template: Mapping[str, Any], pattern: str) -> bool:
    """Return True if an index template, as the server returns it, would be used for some name of this pattern."""
    patterns = template.get("index_patterns", ())
    # A lone text is allowed where there is one pattern.
    return any(overlap(each, pattern) for each in ([patterns] if isinstance(patterns, str) else patterns))
