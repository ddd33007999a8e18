"""Keys of the console's camel case in snake case, as Elastic's integration spells them."""

from functools import lru_cache
from typing import Any

from s1ecs.records import DEEPEST

# Keys that a console writes are shorter; what others make up must not fill the memory.
_LONGEST_REMEMBERED = 100
_LONGEST_IN_ALL = 2000
_MOST_REMEMBERED = 256


def snake_case(key: str) -> str:
    """`cmdLine` as `cmd_line`; a run of capitals is not split, `ABCdef` is `abcdef`."""
    return _remembered(key) if len(key) <= _LONGEST_REMEMBERED else _converted(key)


@lru_cache(maxsize=4096)
def _remembered(key: str) -> str:
    return _converted(key)


def _converted(key: str) -> str:
    return "".join(
        f"_{letter}" if letter.isupper() and before and not before.isupper() else letter
        for before, letter in zip(["", *key], key, strict=False)
    ).lower()


def in_snake_case(value: Any, depth: int = 0) -> Any:
    """A JSON value with the keys of every depth in snake case, as new objects; keys that hold an `@` are dropped.

    Of two keys that become one, the later that is not empty counts. A list without objects and lists stays itself.
    """
    # What is nested deeper never gets into a document.
    if depth > DEEPEST:
        return value
    if type(value) is dict:
        names = snake_case_names(value)
        if names is None:
            return _renamed_one_by_one(value, depth)
        renamed = dict(zip(names, value.values()))  # noqa: B905 - of one length, and strict takes longer
        for name, member in renamed.items():
            kind = type(member)
            if kind is dict or kind is list:
                renamed[name] = in_snake_case(member, depth + 1)
        return renamed
    if type(value) is list:
        for member in value:
            kind = type(member)
            if kind is dict or kind is list:
                return [in_snake_case(member, depth + 1) for member in value]
    return value


# The keys of objects in snake case, by the keys; objects of one kind have the same keys in the same order.
_NAMES: dict[tuple[str, ...], tuple[str, ...]] = {}


def snake_case_names(value: dict[str, Any]) -> tuple[str, ...] | None:
    """The keys of an object in snake case and in their order; None where some of them are left out."""
    keys = tuple(value)
    return _NAMES.get(keys) or _new_names(keys)


def _new_names(keys: tuple[str, ...]) -> tuple[str, ...] | None:
    names = tuple(map(snake_case, keys))
    if len(set(names)) < len(names) or any("@" in name for name in names):
        return None
    if len(_NAMES) < _MOST_REMEMBERED and sum(map(len, keys)) <= _LONGEST_IN_ALL:
        _NAMES[keys] = names
    return names


def _renamed_one_by_one(value: dict[str, Any], depth: int) -> dict[str, Any]:
    renamed: dict[str, Any] = {}
    for key, member in value.items():
        name = snake_case(key)
        if "@" in name or (name in renamed and _is_empty(member)):
            continue
        renamed[name] = in_snake_case(member, depth + 1)
    return renamed


def _is_empty(value: Any, depth: int = 0) -> bool:
    """Tell whether nothing of a value would be left in a document."""
    if isinstance(value, dict | list) and depth <= DEEPEST:
        members = value.values() if isinstance(value, dict) else value
        return all(_is_empty(member, depth + 1) for member in members)
    return value is None or value == ""
