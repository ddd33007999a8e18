"""Questions of the overview and of panels that count more than documents of one value."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from s1ecs.outputs.store.stream_table import quoted
from s1ecs.web.questions.conditions import ColumnBound, ColumnFilter, Conditions
from s1ecs.web.questions.counting import values

_ALL = 1_000_000


@dataclass(frozen=True)
class Cross:
    """Counts by two columns."""

    first: Any
    second: Any
    count: int


def by_two(connection: sqlite3.Connection, conditions: Conditions, first: str, second: str) -> list[Cross]:
    """Count the documents of a list by the values of two columns, the most frequent first."""
    where, parameters = conditions.sql()
    found = connection.execute(
        f"SELECT nullif({quoted(first)}, ''), nullif({quoted(second)}, ''), count(*) FROM {conditions.source}{where}"
        " GROUP BY 1, 2 ORDER BY 3 DESC",
        parameters,
    )
    return [Cross(*row) for row in found]


def members(connection: sqlite3.Connection, conditions: Conditions, column: str) -> Mapping[str, int]:
    """Count the documents of a list by the members of a column that may hold several values."""
    found = values(connection, conditions, column, _ALL)
    return {str(each.value): each.count for each in found if each.value is not None}


def distinct(connection: sqlite3.Connection, conditions: Conditions, column: str) -> int:
    """Count the different values of a column in a list."""
    where, parameters = conditions.sql()
    [(count,)] = connection.execute(
        f"SELECT count(DISTINCT nullif({quoted(column)}, '')) FROM {conditions.source}{where}", parameters
    )
    return int(count)


@dataclass(frozen=True)
class PatchFirst:
    """A vulnerability with what makes it urgent: the hosts that have it, its score and its severity."""

    cve: str
    application: str
    severity: Any
    score: Any
    hosts: int


def patch_first(connection: sqlite3.Connection, conditions: Conditions, limit: int) -> list[PatchFirst]:
    """Return what to patch first: the most severe on the most hosts."""
    where, parameters = conditions.sql()
    found = connection.execute(
        f"SELECT cve, application, max(severity), max(score), count(DISTINCT host) FROM {conditions.source}{where}"
        " GROUP BY cve, application ORDER BY max(severity) DESC, count(DISTINCT host) * coalesce(max(score), 1) DESC,"
        " cve LIMIT ?",
        (*parameters, limit),
    )
    return [PatchFirst(*row) for row in found]


def also(conditions: Conditions, column: str, *wanted: str, negated: bool = False) -> Conditions:
    """Return the conditions with one filter more."""
    more = ColumnFilter(column, wanted, negated, column in conditions.view.many)
    return replace(conditions, filters=[*conditions.filters, more])


def before(conditions: Conditions, column: str, time: str) -> Conditions:
    """Return the conditions with a bound of a column more."""
    return replace(conditions, filters=[*conditions.filters, ColumnBound(column, time)])


@dataclass(frozen=True)
class AgentsOf:
    """Agents of a site and group: all, infected ones, and those with an outdated version."""

    site: Any
    group: Any
    agents: int
    infected: int
    outdated: int


def agents_by_group(connection: sqlite3.Connection, agents: Conditions, limit: int) -> list[AgentsOf]:
    """Count agents by site and group, the largest first."""
    where, parameters = agents.sql()
    found = connection.execute(
        "SELECT nullif(site, ''), nullif(group_name, ''), count(*), total(infected), total(NOT up_to_date)"
        f" FROM {agents.source}{where} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT ?",
        (*parameters, limit),
    )
    return [AgentsOf(site, group, count, int(infected), int(old)) for site, group, count, infected, old in found]
