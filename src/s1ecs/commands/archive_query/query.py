"""A query over store and archive, in a database in memory that can read nothing else."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from s1ecs.bootstrap.store_folder import store_folder
from s1ecs.collect.upkeep.archiving import archive_rule
from s1ecs.commands.terminal.spinner import waiting_if_slow
from s1ecs.commands.terminal.tables import Row
from s1ecs.commands.terminal.writer import ERR
from s1ecs.counted import counted
from s1ecs.errors import SettingsError, StateError, UsageError
from s1ecs.extras import importing, require
from s1ecs.settings import Settings
from s1ecs.timestamps import time_text

Print = Callable[[Sequence[str], Iterable[Row]], None]

_ROWS_AT_ONCE = 1_000
_WORD = re.compile(r"\w+")
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
    # Else it would write what does not fit into memory into the working directory.
    "temp_directory": "",
}


def query_archive(settings: Settings, sql: str, show: Print) -> None:
    """Run one SELECT over store and archive and show its rows.

    Raise UsageError for SQL that DuckDB refuses or that does not only read, StateError for a damaged file,
    SettingsError where there is no archive, MissingExtra.
    """
    rule = archive_rule(settings)
    if rule is None:
        raise SettingsError("query: --archive: there is no archive; set archive of the output store to its directory")
    require("duckdb")
    with importing("duckdb"):
        import duckdb

        from s1ecs.commands.archive_query.snapshot import snapshot
        from s1ecs.commands.archive_query.views import make_view, view_names

    files: dict[str, Sequence[str]] = {}
    with (
        snapshot(store_folder(settings, "query"), rule.folder) as found,
        closing(duckdb.connect(":memory:", config=_CONFIG)) as database,
    ):
        try:
            if found.missing:
                number = counted(found.missing, "file", grouped=True)
                ERR.line(f"s1ecs: query: {number} of the archive missing in {rule.folder}: the result is incomplete")
            _require_select(database.extract_statements(sql))
            # Each that the statement may name: to make one reads the end of its files.
            words = set(_WORD.findall(sql.lower()))
            with waiting_if_slow("Querying"):
                for view in view_names():
                    if view in words:
                        make_view(database, found, view, files)
                _lock(database)
                result = database.execute(sql)
            show([column[0] for column in result.description], _rows(result))
        except duckdb.InterruptException:
            raise KeyboardInterrupt from None
        except OverflowError as error:
            raise UsageError(f"query: a value is out of range ({error}); cast it to text with ::VARCHAR") from None
        except duckdb.Error as error:
            told = str(error)
            _raise_damaged([path for table, paths in files.items() if table in told for path in paths])
            reason = " ".join(told.partition("\n\n")[0].split())
            raise UsageError(f"query: {reason}; views: {', '.join(view_names())}") from None


def _require_select(statements: Sequence[Any]) -> None:
    if len(statements) != 1:
        raise UsageError("query: only one statement is allowed")
    if statements[0].type.name != "SELECT":
        raise UsageError("query: only SELECT statements are allowed with --archive")


def _lock(database: Any) -> None:
    """Leave it no file at all, and no way to change that: the rows are handed to it."""
    database.execute("SET TimeZone = 'UTC'")
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")


def _rows(result: Any) -> Iterator[Row]:
    while rows := result.fetchmany(_ROWS_AT_ONCE):
        for row in rows:
            yield [_plain(value) for value in row]


def _plain(value: Any) -> Any:
    """Return a value as the store has it: times as text, numbers as such."""
    if isinstance(value, datetime):
        return time_text(value) if value.tzinfo else value.isoformat(" ")
    if isinstance(value, date | time | timedelta | UUID):
        return str(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def _raise_damaged(paths: Sequence[str]) -> None:
    """Raise StateError, which names the file, where one can't be read."""
    from s1ecs.outputs.archive.day_file import read_back

    for path in paths:
        try:
            for _ in read_back(Path(path)):
                pass
        except OSError as problem:
            raise StateError(f"{path}: can't be read ({problem.strerror}); give s1ecs access to the archive") from None
