"""Paths of filters and sort values in the records of a list, and their meaning."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import ge, gt, le, lt
from typing import Any

from s1ecs.standin.pages import PageRequest
from s1ecs.standin.rank import rank
from s1ecs.standin.shelf import Condition
from s1ecs.standin.strict import Between

# Called with the bound first: a value passes `gt` if the bound is less than it.
_BOUNDS: Mapping[str, Callable[[str, str], bool]] = {"gt": lt, "gte": le, "lt": gt, "lte": ge}


@dataclass(frozen=True)
class FieldPaths:
    """The paths of a list's records: the id that no two share, filters by name without suffix, and sort values.

    `ids` are compared letter for letter, `filters` as words ("True positive" is TRUE_POSITIVE); each may have several
    paths, of which one must fit. `text` are the paths that `query` searches.
    """

    identity: str
    filters: Mapping[str, str | tuple[str, ...]]
    sorts: Mapping[str, str]
    ids: Mapping[str, str | tuple[str, ...]]
    text: tuple[str, ...] = ()
    sort: str = "id"

    def page(self, given: Mapping[str, Any], *more: Condition) -> PageRequest:
        """Translate parameters, already checked, into a page; names that are no filters are no conditions."""
        conditions = [condition for name, value in given.items() if (condition := self._condition(name, value))]
        return PageRequest(self.sorts[given.get("sortBy", self.sort)], [*conditions, *more], given)

    def _condition(self, name: str, value: Any) -> Condition | None:
        if name == "query":
            return Condition(self.text, containing((value,)))
        base, suffix = _parts(name)
        if paths := self.ids.get(base):
            return Condition(_tuple(paths), frozenset(value if isinstance(value, tuple) else (value,)).__contains__)
        if paths := self.filters.get(base):
            return Condition(_tuple(paths), _test(suffix, value))
        return None


def containing(parts: tuple[str, ...]) -> Callable[[str], bool]:
    """Return the test whether a text has one of the parts in it, in any letter case."""
    wanted = tuple(part.casefold() for part in parts)
    return lambda text: any(part in text.casefold() for part in wanted)


def _parts(name: str) -> tuple[str, str]:
    base, _, suffix = name.partition("__")
    return (base.removesuffix("Nin"), "Nin") if base.endswith("Nin") else (base, suffix)


def _test(suffix: str, value: Any) -> Callable[[str], bool]:
    if isinstance(value, Between):
        first, last = rank(value.first), rank(value.last)
        return lambda text: first <= rank(text) <= last
    if suffix in _BOUNDS:
        return partial(_within, _BOUNDS[suffix], rank(str(value)))
    values = value if isinstance(value, tuple) else (str(value),)
    if suffix in {"contains", "like"}:
        return containing(values)
    words = frozenset(map(_word, values))
    if suffix == "Nin":
        return lambda text: _word(text) not in words
    return lambda text: _word(text) in words


def _within(compare: Callable[[str, str], bool], bound: str, text: str) -> bool:
    """No value is within no bounds."""
    return bool(text) and compare(bound, rank(text))


def _word(text: str) -> str:
    """TRUE_POSITIVE in a filter is "True positive" in a record; True is the JSON true."""
    return text.strip().replace("_", " ").casefold()


def _tuple(paths: str | tuple[str, ...]) -> tuple[str, ...]:
    return (paths,) if isinstance(paths, str) else paths
