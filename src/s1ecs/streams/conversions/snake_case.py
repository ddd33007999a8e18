"""Keys of the console's camel case in snake case, as Elastic's integration spells them."""

from functools import lru_cache
from typing import Any

from s1ecs.records import DEEPEST

# Keys that a console writes are shorter; what others make up must not fill the memory.
_LONGEST_REMEMBERED = 100


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

    Of two keys that become one, the later that is not empty counts.
    """
    # What is nested deeper never gets into a document.
    if depth > DEEPEST:
        return value
    if type(value) is dict:
        renamed: dict[str, Any] = {}
        for key, member in value.items():
            name = snake_case(key)
            if "@" in name or (name in renamed and _is_empty(member)):
                continue
            # Most members are texts, and a call for each would cost more than the renaming.
            renamed[name] = member if type(member) is str else in_snake_case(member, depth + 1)
        return renamed
    if type(value) is list:
        return [in_snake_case(member, depth + 1) for member in value]
    return value


def _is_empty(value: Any, depth: int = 0) -> bool:
    """Tell whether nothing of a value would be left in a document."""
    if isinstance(value, dict | list) and depth <= DEEPEST:
        members = value.values() if isinstance(value, dict) else value
        return all(_is_empty(member, depth + 1) for member in members)
    return value is None or value == ""
