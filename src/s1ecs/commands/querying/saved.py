"""Saved queries by name: those of the settings file, and the shipped ones that it does not replace."""

from collections.abc import Mapping, Sequence
from typing import Any

from s1ecs.commands.querying.parameters import Value, bound, value_of
from s1ecs.commands.querying.shipped import SHIPPED
from s1ecs.commands.querying.sql_words import parameters_of
from s1ecs.errors import UsageError
from s1ecs.settings.raw_values import nearest
from s1ecs.settings.saved_queries import SavedQuery

COLUMNS = ("name", "parameters", "description")
# For programs, which may want to run them elsewhere.
PLAIN_COLUMNS = (*COLUMNS, "sql")


def saved_queries(own: Sequence[SavedQuery]) -> Mapping[str, SavedQuery]:
    """Return all saved queries by name, the shipped ones first."""
    return {query.name: query for query in (*SHIPPED, *own)}


def saved_query(name: str, own: Sequence[SavedQuery]) -> SavedQuery:
    """Return a saved query; raise UsageError, which lists the names."""
    known = saved_queries(own)
    if name not in known:
        guess = nearest(name.replace("_", "-"), known) or nearest(name, {each.replace("-", "_") for each in known})
        meant = f"; did you mean {guess.replace('_', '-')}?" if guess else ";"
        raise UsageError(f"query: no saved query {name!r}{meant} available: {', '.join(known)}")
    return known[name]


def values_for(query: SavedQuery, given: Mapping[str, Value]) -> Mapping[str, Value]:
    """Return the values of its parameters, given or by default; raise UsageError if one is missing or unknown."""
    return bound(query.sql, given, {name: value_of(text) for name, text in query.parameters.items()})


def parameters_told(query: SavedQuery) -> str:
    """Name the parameters with their defaults; one without a default must be given."""
    names = parameters_of(query.sql)
    return " ".join(f"{name}={query.parameters[name]}" if name in query.parameters else name for name in names)


def rows(own: Sequence[SavedQuery]) -> Sequence[Sequence[Any]]:
    """Return a row for each saved query, in the order of PLAIN_COLUMNS."""
    return [
        (query.name, parameters_told(query), query.description, query.sql.strip())
        for query in saved_queries(own).values()
    ]
