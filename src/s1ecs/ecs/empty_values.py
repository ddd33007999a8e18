"""Values without empties: no null, empty text, empty object or empty list, and nothing that holds only such.

Nearly all values need no change. What is seen to need none while it is looked through is given back as it is.
"""

from collections.abc import Collection
from typing import Any

from s1ecs.ecs.converters import exactly
from s1ecs.records import DEEPEST, TOO_DEEP, ExactFloat, ExactInteger, is_beyond_double


def whole(value: Any, problems: list[str], depth: int = 0) -> Any:
    """Any JSON value without its empties (None when nothing is left), itself where it has none and is flat.

    A number beyond a double, and what is nested deeper than any writer goes, is left out and becomes a problem.
    """
    kind = type(value)
    if kind is dict or kind is list:
        if depth > DEEPEST:
            problems.append(TOO_DEEP)
            return None
        if kind is dict:
            return (value or None) if _is_flat(value.values()) else _whole_object(value, (), problems, depth + 1)
        return (value or None) if _is_flat(value) else _whole_list(value, problems, depth + 1)
    if kind is str:
        return value or None
    if (kind is ExactFloat or kind is ExactInteger) and is_beyond_double(value):
        problems.append(f'For input string: "{value.text}"')
        return None
    return exactly(value)


def whole_rest(value: dict[str, Any], left_out: Collection[str], problems: list[str]) -> dict[str, Any] | None:
    """An object without the keys `left_out`, and without its empties as `whole` does; None when nothing is left."""
    return _whole_object(value, left_out, problems, 1)


def _is_flat(members: Collection[Any]) -> bool:
    """Tell whether all members are texts, integers and booleans that are not empty."""
    for member in members:
        kind = type(member)
        if kind is str:
            if not member:
                return False
        elif kind is not int and kind is not bool:
            return False
    return True


def _whole_object(
    value: dict[str, Any], left_out: Collection[str], problems: list[str], depth: int
) -> dict[str, Any] | None:
    kept = {}
    for key, member in value.items():
        if key in left_out:
            continue
        if type(member) is str:
            if member:
                kept[key] = member
        elif member is not None and (inner := whole(member, problems, depth)) is not None:
            kept[key] = inner
    return kept or None


def _whole_list(value: list[Any], problems: list[str], depth: int) -> list[Any] | None:
    return [kept for member in value if (kept := whole(member, problems, depth)) is not None] or None


def cleaned(value: Any, depth: int = 0) -> Any:
    """Any JSON value without its empties, else as it is, to the depth at which nothing is delivered any more."""
    kind = type(value)
    if kind is str:
        return value or None
    if depth > DEEPEST:
        return value
    if kind is dict:
        return _cleaned_object(value, depth)
    if kind is list:
        if _is_flat(value):
            return value or None
        return [kept for member in value if (kept := cleaned(member, depth + 1)) is not None] or None
    return value


def _cleaned_object(value: dict[str, Any], depth: int) -> dict[str, Any] | None:
    kept = {}
    for key, member in value.items():
        kind = type(member)
        if kind is str:
            if member:
                kept[key] = member
        elif kind is dict or kind is list:
            if member and (inner := cleaned(member, depth + 1)) is not None:
                kept[key] = inner
        elif member is not None:
            kept[key] = member
    return kept or None
