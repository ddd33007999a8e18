"""Rows of other streams that belong to an item: the same host, the same storyline, around the same time."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.outputs.store.latest_states import GONE
from s1ecs.outputs.store.stream_table import quoted
from s1ecs.web.questions.list_view import BY_STREAM
from s1ecs.web.shown_values import parameter
from s1ecs.web.story.stored_items import rows_by
from s1ecs.web.view_state import ViewState

# Counts end here; the list behind the number has the exact one.
MOST_COUNTED = 1_000


@dataclass(frozen=True)
class RelatedRow:
    """A row of a list with its columns by name."""

    stream: str
    id: str
    console: str
    time: str | None
    row: int
    values: Mapping[str, Any]

    @property
    def title(self) -> Any:
        """The value that names the row in its list."""
        return self.values.get(BY_STREAM[self.stream].title_column)

    @property
    def page(self) -> ViewState:
        """The page of the item."""
        return item_page(self.stream, self.id, self.console)


@dataclass(frozen=True)
class RelatedRows:
    """Rows of a stream, `more` where the list has further ones."""

    stream: str
    rows: Sequence[RelatedRow]
    more: bool
    whole: ViewState


@dataclass(frozen=True)
class RelatedCount:
    """Number of rows of a stream; with `more` it is the least that there are."""

    stream: str
    count: int
    more: bool
    whole: ViewState


@dataclass(frozen=True)
class Relation:
    """Columns with one value each, and bounds of time where the rows must lie between two moments.

    With `latest` only the latest states of entities that are still there count, as in the list of such a stream.
    """

    stream: str
    console: str
    columns: Mapping[str, Any]
    since: str = ""
    until: str = ""
    latest: bool = False

    @property
    def whole(self) -> ViewState:
        """The list of all these rows."""
        bounds = [("from", self.since), ("to", self.until)] if self.since else []
        filters = map(parameter, self.columns.values())
        names = list(self.columns)
        return ViewState(
            BY_STREAM[self.stream].path,
            [*bounds, ("console", self.console), *zip(names, filters, strict=True)],
        )

    @property
    def source(self) -> str:
        """The table, to be read by the index of the first column that has one, else by that of latest states."""
        table = store_tables()[self.stream]
        column = next((name for name in self.columns if name in table.indexed), "")
        if not column and self.latest and table.latest_indexed[0] in self.columns:
            return f"{quoted(table.rows)} INDEXED BY {quoted(f'{table.rows}_latest')}"
        return rows_by(self.stream, column)

    def sql(self) -> tuple[str, list[Any]]:
        """Return the WHERE clause and its parameters."""
        parts = [*(f"{quoted(name)} = ?" for name in self.columns), "console = ?"]
        parameters = [*self.columns.values(), self.console]
        if self.since:
            parts.append("time >= ? AND time < ?")
            parameters += [self.since.removesuffix("Z"), self.until.removesuffix("Z")]
        if self.latest:
            parts.append(f"latest AND latest <> {GONE}")
        return " AND ".join(parts), parameters


def related_rows(
    connection: sqlite3.Connection,
    relation: Relation,
    limit: int,
    *,
    without: int = -1,
    order: str = "time DESC, row DESC",
) -> RelatedRows:
    """Read the newest rows of a relation, but for one."""
    table = store_tables()[relation.stream]
    names = [name for name, _ in table.columns]
    where, parameters = relation.sql()
    found = connection.execute(
        f"SELECT row, id, console, time, {', '.join(map(quoted, names))} FROM {relation.source}"
        f" WHERE {where} AND row <> ? ORDER BY {order} LIMIT ?",
        (*parameters, without, limit + 1),
    )
    rows = [
        RelatedRow(relation.stream, identity, console, time, row, dict(zip(names, values, strict=True)))
        for row, identity, console, time, *values in found
    ]
    return RelatedRows(relation.stream, rows[:limit], len(rows) > limit, relation.whole)


def related_count(connection: sqlite3.Connection, relation: Relation) -> RelatedCount:
    """Count the rows of a relation, up to a number from which on it does not matter."""
    where, parameters = relation.sql()
    [(count,)] = connection.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM {relation.source} WHERE {where} LIMIT ?)",
        (*parameters, MOST_COUNTED + 1),
    )
    return RelatedCount(relation.stream, min(count, MOST_COUNTED), count > MOST_COUNTED, relation.whole)


def related_hosts(connection: sqlite3.Connection, relation: Relation) -> tuple[int, RelatedCount]:
    """Count the rows of a relation and the hosts that they name, up to a number of rows."""
    where, parameters = relation.sql()
    found = connection.execute(
        f"SELECT host FROM {relation.source} WHERE {where} LIMIT ?", (*parameters, MOST_COUNTED + 1)
    ).fetchall()
    counted = found[:MOST_COUNTED]
    count = RelatedCount(relation.stream, len(counted), len(found) > MOST_COUNTED, relation.whole)
    return len({host for (host,) in counted if host is not None}), count


def item_page(stream: str, identity: str, console: str) -> ViewState:
    """Return the page of an item."""
    return ViewState(f"{BY_STREAM[stream].path}/{identity}", [("console", console)])
