"""The views of the archive's database: hot rows of the store and the files of the archive, under the store's names."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from s1ecs.bootstrap.typed_views import Typed, typed_views
from s1ecs.commands.archive_query.cold_rows import ColdRows
from s1ecs.commands.archive_query.hot_rows import HotRows
from s1ecs.commands.archive_query.snapshot import Snapshot
from s1ecs.extras import importing
from s1ecs.outputs.parquet.columns import TypedColumn

with importing("duckdb"):
    import pyarrow as pa

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DOCUMENTS = "documents"
_OF_DOCUMENTS: Sequence[Typed] = (
    ("id", "text", ()),
    ("stream", "text", ()),
    ("console", "text", ()),
    ("time", "time", ()),
    ("document", "text", ()),
)


def view_names() -> Sequence[str]:
    """Return the names of all views."""
    return [*typed_views(), DOCUMENTS]


def make_view(database: "DuckDBPyConnection", snapshot: Snapshot, view: str) -> Mapping[str, Sequence[str]]:
    """Make a view; return the files of the archive that it reads, by the table that has their rows."""
    columns = _OF_DOCUMENTS if view == DOCUMENTS else typed_views()[view]
    names = ", ".join(f'"{name}"' for name, _, _ in columns)
    hot = f"hot_{view}"
    typed = [TypedColumn(*column) for column in columns]
    database.register(hot, HotRows(snapshot.connection, snapshot.lock, view, typed))
    parts = [f'SELECT {names} FROM "{hot}"']  # noqa: S608 - names of ours
    tables: dict[str, Sequence[str]] = {}
    for number, stream in enumerate(_archived_streams(snapshot, view)):
        found = snapshot.of_stream(stream)
        # The stream is not in the file, but in its path.
        in_file = [column for column in typed if view != DOCUMENTS or column.name != "stream"]
        shown = names.replace('"stream"', f"'{stream}'") if view == DOCUMENTS else names
        for kind, files, condition in (("alone", found.alone, ""), ("shared", found.shared, _NOT_STORED)):
            if files:
                table = f"{kind}_{number}_{view}"
                tables[table] = files
                database.register(table, ColdRows(files, in_file))
                stored = f"stored_{number}_{view}"
                parts.append(f'SELECT {shown} FROM "{table}" AS archived {condition.format(stored)}')  # noqa: S608 - names of ours
                if condition:
                    consoles, ids = [each[0] for each in found.stored], [each[1] for each in found.stored]
                    database.register(stored, pa.table({"console": consoles, "id": ids}, _STORED))
    database.execute(f'CREATE VIEW "{view}" AS {" UNION ALL ".join(parts)}')
    return tables


# Documents that are just being moved, or came once more: the store's count.
_NOT_STORED = 'WHERE (console, id) NOT IN (SELECT (console, id) FROM "{}")'
_STORED = pa.schema([("console", pa.string()), ("id", pa.string())])


def _archived_streams(snapshot: Snapshot, view: str) -> Sequence[str]:
    """Return the streams whose files a view reads; latest states are in no file."""
    streams = sorted({each.day.stream for each in snapshot.files})
    return streams if view == DOCUMENTS else [stream for stream in streams if stream == view]
