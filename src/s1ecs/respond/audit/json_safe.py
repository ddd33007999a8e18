"""Values of any origin as JSON that every writer takes: what is written down after an action was sent must not fail."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from s1ecs.records import DEEPEST, TOO_DEEP, ExactFloat, ExactInteger, settle

_INTEGERS = range(-(2**63), 2**64)


def plain(value: Any, depth: int = 0) -> Any:
    """The value with U+FFFD for what is no Unicode, and as texts: integers beyond 64 bits, and whatever is no JSON."""
    if not isinstance(value, Mapping | list | tuple):
        return _scalar(value)
    if depth == DEEPEST:
        return TOO_DEEP
    if isinstance(value, Mapping):
        return {_text(key): plain(each, depth + 1) for key, each in value.items()}
    return [plain(each, depth + 1) for each in value]


def _scalar(value: Any) -> Any:
    if isinstance(value, ExactFloat):
        return float(value)
    if isinstance(value, int) and not isinstance(value, bool):
        # Python refuses to write thousands of digits as decimal ones.
        return value if value in _INTEGERS else hex(value)
    return value if value is None or isinstance(value, bool | float) else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, ExactInteger):
        return value.text
    text: str = settle(value.isoformat() if isinstance(value, date) else str(value))[0]
    return text
