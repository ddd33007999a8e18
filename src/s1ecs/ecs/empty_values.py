"""Values without empties: no null, empty text, empty object or empty list, and nothing that holds only such."""

from typing import Any

from s1ecs.ecs.converters import exactly
from s1ecs.records import DEEPEST, TOO_DEEP, ExactFloat, ExactInteger, is_beyond_double


def whole(value: Any, problems: list[str], depth: int = 0) -> Any:
    """Any JSON value without its empties (None when nothing is left).

    A number beyond a double, and what is nested deeper than any writer goes, is left out and becomes a problem.
    """
    kind = type(value)
    if kind is str:
        return value or None
    if kind is dict or kind is list:
        if depth > DEEPEST:
            problems.append(TOO_DEEP)
            return None
        return _members(value, problems, depth + 1) or None
    if (kind is ExactFloat or kind is ExactInteger) and is_beyond_double(value):
        problems.append(f'For input string: "{value.text}"')
        return None
    return exactly(value)


def _members(value: Any, problems: list[str], depth: int) -> Any:
    if type(value) is dict:
        return {key: kept for key, member in value.items() if (kept := whole(member, problems, depth)) is not None}
    return [kept for member in value if (kept := whole(member, problems, depth)) is not None]


def cleaned(value: Any, depth: int = 0) -> Any:
    """Any JSON value without its empties, else as it is, to the depth at which nothing is delivered any more."""
    kind = type(value)
    if kind is str:
        return value or None
    if depth > DEEPEST:
        return value
    if kind is dict:
        return {key: kept for key, member in value.items() if (kept := cleaned(member, depth + 1)) is not None} or None
    if kind is list:
        return [kept for member in value if (kept := cleaned(member, depth + 1)) is not None] or None
    return value
