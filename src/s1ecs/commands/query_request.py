"""A call of `s1ecs query`: which statement, with which values, printed how."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal

from s1ecs.bootstrap.store_folder import store_folder
from s1ecs.commands.query import Print, list_views, query
from s1ecs.commands.querying.parameters import Value, bound, given_values
from s1ecs.commands.querying.saved import COLUMNS, PLAIN_COLUMNS, rows, saved_query, values_for
from s1ecs.commands.querying.source import statement
from s1ecs.commands.querying.sql_words import selects_document
from s1ecs.commands.terminal import tables
from s1ecs.commands.terminal.tables import Row
from s1ecs.commands.terminal.writer import OUT
from s1ecs.errors import UsageError
from s1ecs.settings import Settings

Form = Literal["table", "json", "ndjson", "csv", "raw csv", "markdown"]

_PRINTERS: Mapping[Form, Print] = {
    "table": partial(tables.print_table, data=True),
    "json": partial(tables.print_json, data=True),
    "ndjson": partial(tables.print_ndjson, data=True),
    "csv": tables.print_csv,
    "raw csv": partial(tables.print_csv, raw=True),
    "markdown": partial(tables.print_markdown, data=True),
}
# Forms for programs, which get lists as such, and the column `document` always.
_OBJECTS: frozenset[Form] = frozenset({"json", "ndjson"})
# Forms for people: a whole document would fill the screen.
_TABLES: frozenset[Form] = frozenset({"table", "markdown"})
_DOCUMENT = "document"


@dataclass(frozen=True)
class QueryRequest:
    """The arguments of the command; `sql` is the name of a saved query where `saved` is set.

    `archive`: the statement is for DuckDB, and reads the archive, too.
    """

    sql: str | None = None
    file: str | None = None
    parameters: Sequence[str] = ()
    saved: bool = False
    archive: bool = False
    form: Form = "table"


def run_request(settings: Settings, request: QueryRequest, now: datetime) -> None:
    """Run a statement, or list views or saved queries; raise UsageError for what does not fit together."""
    if request.archive:
        _archived(settings, request)
        return
    if request.saved:
        _saved(settings, request, now)
        return
    given = given_values(request.parameters)
    sql = statement(request.sql, request.file)
    if sql is not None:
        _run(settings, sql, bound(sql, given), request.form, now)
        return
    if given:
        raise UsageError("query: -p requires a statement: pass SQL, -f FILE or --saved NAME")
    show: Print = _PRINTERS[request.form]
    if request.form == "table":
        show = partial(tables.print_table, too_wide="wrap")
    list_views(store_folder(settings, "query"), show, joined=request.form not in _OBJECTS)


def _saved(settings: Settings, request: QueryRequest, now: datetime) -> None:
    given = given_values(request.parameters)
    if request.file is not None:
        raise UsageError("query: --saved and -f are mutually exclusive")
    if request.sql is not None:
        saved = saved_query(request.sql, settings.queries)
        _run(settings, saved.sql, values_for(saved, given), request.form, now)
        return
    if given:
        raise UsageError("query: -p requires the name of a saved query: --saved NAME -p NAME=VALUE")
    found = rows(settings.queries)
    if request.form in _OBJECTS:
        _PRINTERS[request.form](PLAIN_COLUMNS, found)
    elif request.form == "table":
        tables.print_table(COLUMNS, [row[: len(COLUMNS)] for row in found], too_wide="wrap")
    else:
        _PRINTERS[request.form](COLUMNS, [row[: len(COLUMNS)] for row in found])


def _archived(settings: Settings, request: QueryRequest) -> None:
    if request.saved or request.parameters:
        raise UsageError("query: --archive takes a statement without -p and --saved, which are for the store alone")
    sql = statement(request.sql, request.file)
    if sql is None:
        raise UsageError("query: --archive requires a statement: pass SQL or -f FILE")
    from s1ecs.commands.archive_query.query import query_archive

    query_archive(settings, sql, _printer(sql, request.form))


def _run(settings: Settings, sql: str, values: Mapping[str, Value], form: Form, now: datetime) -> None:
    query(store_folder(settings, "query"), sql, _printer(sql, form), values=values, now=now)


def _printer(sql: str, form: Form) -> Print:
    show = _PRINTERS[form]
    if form in _TABLES and not selects_document(sql):
        return partial(_print_without_document, show=show)
    return show


def _print_without_document(columns: Sequence[str], found: Iterable[Row], *, show: Callable[..., None]) -> None:
    """Print a table without the column that a `*` brought, unless it is the only one."""
    if _DOCUMENT not in columns or len(columns) == 1:
        show(columns, found)
        return
    place = columns.index(_DOCUMENT)
    show([*columns[:place], *columns[place + 1 :]], ([*row[:place], *row[place + 1 :]] for row in found))
    if OUT.is_terminal:
        tables.print_text("not shown: document; name it in the statement, or use --json")
