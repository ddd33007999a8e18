"""A list summed up by one column: documents, hosts, and the gravest of each value."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from s1ecs.errors import UsageError
from s1ecs.outputs.store.stream_table import quoted
from s1ecs.web.questions.conditions import Conditions
from s1ecs.web.questions.value_types import typed

MOST_GROUPS = 200
# Columns that are summed up beside the one of the groups.
SUMMED_UP = ("host", "cve", "severity", "score")


@dataclass(frozen=True)
class ValueGroup:
    """A value with its documents, the different hosts and CVEs among them, and the greatest severity and score.

    None where the list has no such column.
    """

    value: Any
    documents: int
    hosts: int | None
    cves: int | None
    severity: Any
    score: Any


@dataclass(frozen=True)
class Grouping:
    """The groups of a column, the gravest and largest first: at most MOST_GROUPS of `count`."""

    column: str
    groups: Sequence[ValueGroup]
    count: int


def grouping(connection: sqlite3.Connection, conditions: Conditions, column: str) -> Grouping:
    """Sum a list up; raise UsageError for a column that it can't be summed up by."""
    if column not in conditions.view.groupings:
        raise UsageError(f"by: {column!r} is not one of {', '.join(conditions.view.groupings)}")
    there = {name for name, _ in conditions.table.columns}

    def where_there(name: str, text: str) -> str:
        return text if name in there and name != column else "NULL"

    where, parameters = conditions.sql()
    name = f"nullif({quoted(column)}, '')"
    found = connection.execute(
        f"SELECT {name}, count(*), {where_there('host', 'count(DISTINCT host)')},"
        f" {where_there('cve', 'count(DISTINCT cve)')}, {where_there('severity', 'max(severity)')},"
        f" {where_there('score', 'max(score)')} FROM {conditions.source}{where} GROUP BY 1"
        f" ORDER BY 5 DESC, 3 DESC, 2 DESC, 1 LIMIT {MOST_GROUPS}",
        parameters,
    ).fetchall()
    groups = [ValueGroup(typed(conditions.view.stream, column, value), *rest) for value, *rest in found]
    count = len(groups)
    if count == MOST_GROUPS:
        [(count,)] = connection.execute(
            f"SELECT count(*) FROM (SELECT DISTINCT {name} FROM {conditions.source}{where})", parameters
        )
    return Grouping(column, groups, count)
