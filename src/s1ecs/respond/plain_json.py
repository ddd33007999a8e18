"""Values of any origin as JSON that every writer takes: what is written down after an action was sent must not fail."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from s1ecs.records import DEEPEST, TOO_DEEP, ExactFloat, ExactInteger, settle

_INTEGERS = range(-(2**63), 2**64)


def plain(value: Any, depth: int = 0) -> Any:
    """The value with U+FFFD in place of what is no Unicode, and as texts integers beyond 64 bits and what is no JSON."""
    if isinstance(value, str):
        return settle(value)[0]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if value in _INTEGERS else hex(value)
    if isinstance(value, ExactInteger):
        return value.text
    if isinstance(value, ExactFloat):
        return float(value)
    if isinstance(value, float):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if depth == DEEPEST:
        return TOO_DEEP
    if isinstance(value, Mapping):
        return {plain(str(key)): plain(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each, depth + 1) for each in value]
    return settle(str(value))[0]
