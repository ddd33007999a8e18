"""The views of the archive's database: hot rows of the store and the files of the archive, under the store's names."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from s1ecs.bootstrap.typed_views import Typed, typed_views
from s1ecs.commands.archive_query.cold_rows import ColdRows
from s1ecs.commands.archive_query.hot_rows import HotRows
from s1ecs.commands.archive_query.snapshot import Cold, Snapshot
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


def make_view(database: "DuckDBPyConnection", snapshot: Snapshot, view: str, tables: dict[str, Sequence[str]]) -> None:
    """Make a view; add the files of the archive that it reads to `tables`, by the table that has their rows."""
    columns = _OF_DOCUMENTS if view == DOCUMENTS else typed_views()[view]
    names = [f'"{name}"' for name, _, _ in columns]
    hot = f"hot_{view}"
    typed = [TypedColumn(*column) for column in columns]
    database.register(hot, HotRows(snapshot.connection, snapshot.lock, view, typed))
    parts = [f'SELECT {", ".join(names)} FROM "{hot}"']  # noqa: S608 - names of ours
    # The stream is not in the file, but in its path.
    in_file = [column for column in typed if view != DOCUMENTS or column.name != "stream"]

    def rows_of(cold: Sequence[Cold], name: str, stream: str) -> str:
        """Return the SELECT of the rows of files, with the present names of their consoles."""
        selects = []
        for number, each in enumerate(cold):
            table = f"{name}_{number}"
            tables[table] = each.paths
            database.register(table, ColdRows(each.paths, in_file))
            told = {'"stream"': stream} | ({} if each.renamed is None else {'"console"': each.renamed})
            shown = (f"{_text(told[column])} AS {column}" if column in told else column for column in names)
            selects.append(f'SELECT {", ".join(shown)} FROM "{table}"')  # noqa: S608 - names of ours
        return " UNION ALL ".join(selects)

    for number, stream in enumerate(_archived_streams(snapshot, view)):
        found = snapshot.of_stream(stream)
        if found.alone:
            parts.append(rows_of(found.alone, f"alone_{number}_{view}", stream))
        if found.shared:
            shared = rows_of(found.shared, f"shared_{number}_{view}", stream)
            stored, twice = f"stored_{number}_{view}", f"twice_{number}_{view}"
            database.register(stored, _ids(found.stored))
            database.register(twice, _ids(database.execute(_TWICE.format(shared=shared)).fetchall()))
            parts += [once.format(shared=shared, stored=stored, twice=twice) for once in (_ONCE, _OF_SEVERAL)]
    database.execute(f'CREATE VIEW "{view}" AS {" UNION ALL ".join(parts)}')


# Of a document that is in the store, too, as it is just being moved or came once more, the store's version counts.
_ONCE = """
    SELECT * FROM ({shared})
    WHERE ("console", "id") NOT IN (SELECT ("console", "id") FROM "{stored}")
    AND ("console", "id") NOT IN (SELECT ("console", "id") FROM "{twice}")
"""
# Of several versions in the archive the oldest counts.
_OF_SEVERAL = """
    SELECT * FROM (
        SELECT DISTINCT ON ("console", "id") * FROM ({shared})
        WHERE ("console", "id") NOT IN (SELECT ("console", "id") FROM "{stored}")
        AND ("console", "id") IN (SELECT ("console", "id") FROM "{twice}")
        ORDER BY "console", "id", "time", "document"
    )
"""
_TWICE = 'SELECT "console", "id" FROM ({shared}) GROUP BY ALL HAVING count(*) > 1'
_IDS = pa.schema([("console", pa.string()), ("id", pa.string())])


def _ids(pairs: Sequence[tuple[str, str]]) -> "pa.Table":
    return pa.table({"console": [each[0] for each in pairs], "id": [each[1] for each in pairs]}, _IDS)


def _text(value: str) -> str:
    escaped = value.replace("'", "''")
    return f"'{escaped}'"


def _archived_streams(snapshot: Snapshot, view: str) -> Sequence[str]:
    """Return the streams whose files a view reads; latest states are in no file."""
    streams = sorted({each.day.stream for each in snapshot.files})
    return streams if view == DOCUMENTS else [stream for stream in streams if stream == view]
