"""Deliveries: ids that are remembered, and items that were read through or failed."""

from collections.abc import Sequence

from s1ecs.masking import masked
from s1ecs.state.checkpoints import ItemResults, SeenIds, WalkName
from s1ecs.state.postgresql.storable import storable
from s1ecs.state.postgresql.transaction import PgConnection
from s1ecs.state.seen_marks import version_mark


def known_ids(connection: PgConnection, walk: WalkName, ids: Sequence[str]) -> frozenset[str]:
    """Return those of `ids` that the stream delivered, by whichever walk."""
    if not ids:
        return frozenset()
    rows = connection.execute(
        "SELECT id FROM seen WHERE (console, stream) = (%(console)s, %(stream)s) AND id = ANY(%(ids)s::text[])"
        " UNION SELECT id FROM backfilled WHERE (console, stream) = (%(console)s, %(stream)s)"
        " AND id = ANY(%(ids)s::text[])",
        {"console": walk.console, "stream": walk.stream, "ids": list(ids)},
    )
    return frozenset(row[0] for row in rows)


def save_seen(connection: PgConnection, walk: WalkName, seen: SeenIds) -> None:
    """Save the changes to the remembered ids."""
    if seen.add:
        connection.execute(
            "INSERT INTO seen (console, stream, id, time)"
            " SELECT %s, %s, * FROM unnest(%s::text[], %s::text[]) ON CONFLICT DO NOTHING",
            [walk.console, walk.stream, [each for each, _ in seen.add], [time for _, time in seen.add]],
        )
    if seen.backfilled:
        connection.execute(
            "INSERT INTO backfilled (console, stream, walk, id, slice)"
            " SELECT %s, %s, %s, * FROM unnest(%s::text[], %s::bigint[]) ON CONFLICT DO NOTHING",
            [*walk, [each for each, _ in seen.backfilled], [number for _, number in seen.backfilled]],
        )
    if seen.forget_slices is not None:
        connection.execute(
            "DELETE FROM backfilled WHERE (console, stream, walk) = (%s, %s, %s) AND slice < %s",
            [*walk, seen.forget_slices],
        )
    if seen.forget_before is not None:
        connection.execute(
            "DELETE FROM seen WHERE (console, stream) = (%s, %s) AND time < %s",
            [walk.console, walk.stream, seen.forget_before],
        )


def save_items(connection: PgConnection, walk: WalkName, items: ItemResults) -> None:
    """Save the results of the calls per item; of one that comes twice the last counts."""
    of = [walk.console, walk.stream]
    if items.listed_since is not None:
        connection.execute(
            "DELETE FROM items WHERE (console, stream) = (%s, %s) AND failed IS NOT NULL AND tried < %s",
            [*of, items.listed_since],
        )
    done = {storable(item): version for item, version in items.done}
    versions = {item: version for item, version in done.items() if version is not None}
    if versions:
        _forget_other_versions(connection, walk, versions)
        connection.execute(
            "INSERT INTO items (console, stream, item, version)"
            " SELECT %s, %s, * FROM unnest(%s::text[], %s::text[]) ON CONFLICT (console, stream, item) DO UPDATE"
            " SET version = excluded.version, failed = NULL, reason = NULL, tried = NULL",
            [*of, list(versions), list(versions.values())],
        )
    # An item without a version is requested every time; nothing of it needs to be kept.
    if gone := [item for item, version in done.items() if version is None]:
        connection.execute("DELETE FROM items WHERE (console, stream) = (%s, %s) AND item = ANY(%s)", [*of, gone])
    failed = {storable(item): (text, storable(masked(why)), tried) for item, text, why, tried in items.failed}
    if failed:
        connection.execute(
            "INSERT INTO items (console, stream, item, failed, reason, tried)"
            " SELECT %s, %s, * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[])"
            " ON CONFLICT (console, stream, item) DO UPDATE"
            " SET version = NULL, failed = excluded.failed, reason = excluded.reason, tried = excluded.tried",
            [*of, list(failed), *map(list, zip(*failed.values(), strict=True))],
        )


def _forget_other_versions(connection: PgConnection, walk: WalkName, versions: dict[str, str]) -> None:
    """Forget ids that hold the version which an item had before: they can't come again."""
    rows = connection.execute(
        "SELECT item, version FROM items WHERE (console, stream) = (%s, %s) AND item = ANY(%s) AND version IS NOT NULL",
        [walk.console, walk.stream, list(versions)],
    ).fetchall()
    marks = [version_mark(item, before) for item, before in rows if before != versions[item]]
    if marks:
        connection.execute(
            "DELETE FROM seen WHERE (console, stream) = (%s, %s) AND time = ANY(%s)",
            [walk.console, walk.stream, marks],
        )
