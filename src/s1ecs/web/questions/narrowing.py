"""Rows of a list, found once and kept for the other questions of the same page."""

import sqlite3
from collections.abc import Iterable
from dataclasses import replace

from s1ecs.outputs.store.stream_table import quoted
from s1ecs.web.questions.conditions import Conditions

_OWN = ("row", "id", "console", "time")


def narrowed(connection: sqlite3.Connection, conditions: Conditions, columns: Iterable[str]) -> Conditions:
    """Return conditions over a temporary table of the rows, with these columns, where finding the rows is work.

    The table goes with the transaction. Where an index or hourly counts answer at once, nothing is copied.
    """
    if not (conditions.view.latest or conditions.words or conditions.current):
        return conditions
    there = {name for name, _ in conditions.table.columns}
    name = quoted(f"narrowed_{conditions.view.stream}")
    kept = dict.fromkeys((*_OWN, *(column for column in columns if column in there)))
    where, parameters = conditions.sql()
    connection.execute(
        f"CREATE TEMP TABLE {name} AS SELECT {', '.join(map(quoted, kept))} FROM {conditions.source}{where}", parameters
    )
    return replace(conditions, narrowed=f"temp.{name}", consoles=None, filters=(), words="", current=False)
