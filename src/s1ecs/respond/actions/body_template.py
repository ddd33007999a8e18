"""Bodies of requests as data: JSON with slots, which an action's arguments fill."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Slot:
    """A place in a body that a value of this name takes; an entry of an object whose value is None is left out."""

    name: str


def fill(template: Any, values: Mapping[str, Any]) -> Any:
    """The template with its slots filled; KeyError for a slot of which nothing is known."""
    match template:
        case Slot(name):
            return values[name]
        case Mapping():
            filled = {str(fill(key, values)): fill(value, values) for key, value in template.items()}
            return {key: value for key, value in filled.items() if value is not None}
        case list():
            return [fill(element, values) for element in template]
        case _:
            return template


def words(template: Any) -> Any:
    """The template for people: `<name>` in each slot."""
    match template:
        case Slot(name):
            return f"<{name}>"
        case Mapping():
            return {words(key): words(value) for key, value in template.items()}
        case list():
            return [words(element) for element in template]
        case _:
            return template
