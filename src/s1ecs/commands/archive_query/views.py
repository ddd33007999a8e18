"""The views of the archive's database: hot rows of the store and the files of the archive, under the store's names."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from s1ecs.bootstrap.typed_views import Typed, typed_views
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
    ("id", "text", ""),
    ("stream", "text", ""),
    ("console", "text", ""),
    ("time", "time", ""),
    ("document", "text", ""),
)


def view_names() -> Sequence[str]:
    """Return the names of all views."""
    return [*typed_views(), DOCUMENTS]


def make_view(database: "DuckDBPyConnection", snapshot: Snapshot, view: str) -> Sequence[str]:
    """Make a view; return the files of the archive that it reads."""
    columns = _OF_DOCUMENTS if view == DOCUMENTS else typed_views()[view]
    names = ", ".join(f'"{name}"' for name, _, _ in columns)
    hot = f"hot_{view}"
    typed = [TypedColumn(*column) for column in columns]
    database.register(hot, HotRows(snapshot.connection, snapshot.lock, view, typed))
    parts = [f'SELECT {names} FROM "{hot}"']  # noqa: S608 - names of ours
    paths: list[str] = []
    for stream, name in _archived_streams(snapshot, view).items():
        found = snapshot.of_stream(stream)
        twice = f"twice_{view}_{name}"
        # Documents that are just being moved, or came once more: the store's count.
        database.register(
            twice,
            pa.table({"file": [file for file, _ in found.twice], "id": [each for _, each in found.twice]}, _TWICE),
        )
        paths += found.paths
        stream_column = f", '{stream}' AS stream" if view == DOCUMENTS else ""
        rows = f"read_parquet([{', '.join(map(_text, found.paths))}], {_HOW})"
        part = f"SELECT * EXCLUDE (filename, misfits){stream_column} FROM {rows} AS archived"  # noqa: S608 - names of ours
        if found.twice:
            part += f" WHERE NOT EXISTS (SELECT 1 FROM {twice} WHERE file = archived.filename AND id = archived.id)"  # noqa: S608 - names of ours
        parts.append(part)
    # By name: a file may have been written before a column was added.
    database.execute(f'CREATE VIEW "{view}" AS SELECT {names} FROM ({" UNION ALL BY NAME ".join(parts)})')  # noqa: S608 - names of ours
    return paths


_HOW = "union_by_name = true, filename = true, hive_partitioning = false"
_TWICE = pa.schema([("file", pa.string()), ("id", pa.string())])


def _archived_streams(snapshot: Snapshot, view: str) -> Mapping[str, str]:
    """Return the streams whose files a view reads, each with a name for tables of it; latest states are in no file."""
    streams = sorted({each.day.stream for each in snapshot.files})
    chosen = streams if view == DOCUMENTS else [stream for stream in streams if stream == view]
    return {stream: str(number) for number, stream in enumerate(chosen)}


def _text(value: str) -> str:
    escaped = value.replace("'", "''")
    return f"'{escaped}'"
