"""Saved queries of the settings file: the mapping `queries`, by name SQL or {sql, description, parameters}."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from s1ecs.settings.raw_values import Problems, RawValue
from s1ecs.settings.value_types import NAME

_KEYS = ("sql", "description", "parameters")


@dataclass(frozen=True)
class SavedQuery:
    """A statement under a name; `parameters` are those with a default, by name."""

    name: str
    description: str
    sql: str
    parameters: Mapping[str, str] = field(default_factory=dict)


def read_queries(given: RawValue, problems: Problems) -> tuple[SavedQuery, ...]:
    """Read the mapping; what is wrong in it is among the problems."""
    if not isinstance(given.content, Mapping):
        problems.add(given, f"must be a mapping of names to SQL, not {given.shape()}")
        return ()
    found = [_query(name, entry, problems) for name, entry in given.content.items()]
    return tuple(each for each in found if each is not None)


def _query(name: str, given: RawValue, problems: Problems) -> SavedQuery | None:
    try:
        NAME.read(name, given.folder)
    except ValueError as problem:
        problems.add(given, str(problem))
    if isinstance(given.content, str) and given.content.strip():
        return SavedQuery(name, "", given.content.strip())
    if not isinstance(given.content, Mapping):
        problems.add(given, f"must be SQL or a mapping of {', '.join(_KEYS)}, not {given.shape()}")
        return None
    for key, value in given.content.items():
        if key not in _KEYS:
            problems.add(value, f"unknown key of a query.  Allowed here: {', '.join(_KEYS)}")
    sql = _text(given.content.get("sql"), problems)
    if not sql:
        problems.add(given, "has no sql, such as sql: SELECT host FROM agent_latest")
    description = _text(given.content.get("description"), problems)
    return SavedQuery(name, " ".join(description.split()), sql, _parameters(given.content.get("parameters"), problems))


def _parameters(given: RawValue | None, problems: Problems) -> Mapping[str, str]:
    if given is None or given.content is None:
        return {}
    if not isinstance(given.content, Mapping):
        problems.add(given, f"must be a mapping of names to defaults, not {given.shape()}")
        return {}
    return {name: _text(value, problems) for name, value in given.content.items() if value.content is not None}


def _text(given: RawValue | None, problems: Problems) -> str:
    if given is None or given.content is None:
        return ""
    if not isinstance(given.content, str):
        problems.add(given, f"must be a text, not {given.shape()}")
        return ""
    return given.content.strip()
