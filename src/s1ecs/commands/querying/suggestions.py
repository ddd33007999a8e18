"""Names that were probably meant where SQLite does not know a view or a column."""

import re
from collections.abc import Mapping, Sequence

from s1ecs.commands.querying.sql_words import names_of
from s1ecs.settings.raw_values import nearest

# Columns by view.
Schema = Mapping[str, Sequence[str]]

# Names of views that are words of SQL, too; they stand in quotation marks.
_RESERVED = frozenset({"group"})
# A table that may be asked, too.
_DOCUMENTS = {"documents": ("id", "stream", "console", "time", "document")}

_NO_COLUMN = re.compile(r"no such column: (?P<name>.+)")
_NO_TABLE = re.compile(r"no such table: (?P<name>.+)")


def explained(error: str, sql: str, schema: Schema) -> str:
    """Return what SQLite says of a statement, with the names that it has in place of the one that it has not."""
    if found := _NO_COLUMN.fullmatch(error):
        return f"{error}; {_columns(found['name'], sql, schema)}"
    if found := _NO_TABLE.fullmatch(error):
        guess = nearest(found["name"].rpartition(".")[2], {**schema, **_DOCUMENTS})
        return f"{error}; {_meant(guess)}{views_told(schema)}"
    return f"{error}; {views_told(schema)}"


def views_told(schema: Schema) -> str:
    """Name the views."""
    if not schema:
        return "no views yet, run s1ecs collect first"
    return f"views: {', '.join(map(quoted, schema))}"


def quoted(name: str) -> str:
    """Return a name as a statement has it."""
    return f'"{name}"' if name in _RESERVED else name


def _columns(name: str, sql: str, schema: Schema) -> str:
    """Name the nearest column, and those of the views that the statement asks."""
    words = names_of(sql)
    asked = {view: columns for view, columns in {**schema, **_DOCUMENTS}.items() if view in words}
    if not asked:
        return views_told(schema)
    plain = name.rpartition(".")[2].strip('"')
    guess = nearest(plain, dict.fromkeys(column for columns in asked.values() for column in columns))
    told = "; ".join(f"columns of {quoted(view)}: {', '.join(columns)}" for view, columns in asked.items())
    return f"{_meant(guess)}{told}"


def _meant(guess: str | None) -> str:
    return f"did you mean {quoted(guess)}? " if guess else ""
