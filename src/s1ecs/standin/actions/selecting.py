"""Selection of an action's targets: the records that match its filter and that its token may see."""

from collections.abc import Mapping
from typing import Any

from s1ecs.standin import pages, strict
from s1ecs.standin.action_state.controls import has
from s1ecs.standin.console import ConsoleRequest, StandinConsole, within_scope
from s1ecs.standin.parameters.parameter import Parameter
from s1ecs.standin.refusal import bad_request


def select(
    console: StandinConsole,
    asked: ConsoleRequest,
    name: str,
    parameters: tuple[Parameter, ...],
    given: Mapping[str, Any],
) -> list[str]:
    """Return the ids of the records of that list that the filter fits; an empty filter fits all, as on a console.

    Those that the stand-in was told to leave out are not among them. Raises Refusal.
    """
    listed = console.lists[name]
    words = strict.read(parameters, [(key, _word(key, value)) for key, value in given.items()])
    shelf = listed.shelf()
    page = listed.page(within_scope(console, asked, words))
    found = [place.id for place in pages.fitting(shelf, page, None)]
    return [each for each in found if not has(console.actions.controls.affected_zero, each)]


def _word(key: str, value: Any) -> str:
    """Write a value of a filter as a query has it."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return value
        case int() | float():
            return str(value)
        case list() if value and all(isinstance(each, str) for each in value):
            return ",".join(value)
    raise bad_request(f"filter.{key}: not a value of a filter")
