"""Values without empties: no null, empty text, empty object or empty list, and nothing that holds only such."""

from typing import Any

from s1ecs.ecs.values import INFINITIES, exactly
from s1ecs.records import DEEPEST, TOO_DEEP, ExactFloat


def whole(value: Any, problems: list[str], depth: int = 0) -> Any:
    """Any JSON value without its empties (None when nothing is left).

    A number beyond a double, and what is nested deeper than any writer goes, is left out and becomes a problem.
    """
    if depth > DEEPEST:
        problems.append(TOO_DEEP)
        return None
    if isinstance(value, str):
        return value or None
    if isinstance(value, dict):
        return {
            key: kept for key, member in value.items() if (kept := whole(member, problems, depth + 1)) is not None
        } or None
    if isinstance(value, list):
        return [kept for member in value if (kept := whole(member, problems, depth + 1)) is not None] or None
    if isinstance(value, ExactFloat) and value in INFINITIES:
        problems.append(f'For input string: "{value.text}"')
        return None
    return exactly(value)


def cleaned(value: Any, depth: int = 0) -> Any:
    """Any JSON value without its empties, else as it is, to the depth at which nothing is delivered any more."""
    if depth > DEEPEST:
        return value
    if isinstance(value, dict):
        return {key: kept for key, member in value.items() if (kept := cleaned(member, depth + 1)) is not None} or None
    if isinstance(value, list):
        return [kept for member in value if (kept := cleaned(member, depth + 1)) is not None] or None
    return None if value == "" else value
