"""Entities of inventories, and the rounds in which they were seen."""

from collections.abc import Mapping, Sequence

from s1ecs.state.checkpoints import EntityStates, WalkName
from s1ecs.state.inventory_rounds import RoundDoubt, Rounds
from s1ecs.state.postgresql.storable import storable
from s1ecs.state.postgresql.transaction import PgConnection


def states_of(connection: PgConnection, walk: WalkName, entities: Sequence[str]) -> Mapping[str, str]:
    """Return the id of the state that was delivered last, for those of `entities` that were seen."""
    if not entities:
        return {}
    asked = {storable(entity): entity for entity in entities}
    rows = connection.execute(
        "SELECT entity, id FROM entities WHERE (console, stream) = (%s, %s) AND entity = ANY(%s)",
        [walk.console, walk.stream, list(asked)],
    )
    return {asked[entity]: identity for entity, identity in rows}


def save_entities(connection: PgConnection, walk: WalkName, entities: EntityStates) -> None:
    """Save the states that were seen, of one entity the last, and the rounds of the inventory."""
    states = {storable(entity): identity for entity, identity in entities.states}
    if states:
        connection.execute(
            "INSERT INTO entities AS seen (console, stream, entity, id, round)"
            " SELECT %s, %s, asked.*, %s FROM unnest(%s::text[], %s::text[]) AS asked"
            " ON CONFLICT (console, stream, entity) DO UPDATE"
            " SET id = excluded.id, round = greatest(seen.round, excluded.round)"
            " WHERE seen.id <> excluded.id OR seen.round < excluded.round",
            [walk.console, walk.stream, entities.round, list(states), list(states.values())],
        )
    if entities.rounds is not None:
        completed, doubt = entities.rounds
        connection.execute(
            "INSERT INTO rounds (console, stream, completed, walked, known, unseen) VALUES (%s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (console, stream) DO UPDATE SET completed = excluded.completed, walked = excluded.walked,"
            " known = excluded.known, unseen = excluded.unseen",
            [walk.console, walk.stream, completed, *(doubt or (None, None, None))],
        )


def rounds_of(connection: PgConnection, console: str, stream: str) -> Rounds:
    """Return the rounds of a stream; 0 before the first."""
    row = connection.execute(
        "SELECT completed, walked, known, unseen FROM rounds WHERE (console, stream) = (%s, %s)", [console, stream]
    ).fetchone()
    if row is None:
        return Rounds()
    completed, *doubt = row
    return Rounds(completed, None if doubt[0] is None else RoundDoubt(*doubt))


def count_entities(connection: PgConnection, console: str, stream: str, since: int, until: int) -> int:
    """Count the entities that were seen last in a round from `since` up to, but not including, `until`."""
    [(count,)] = connection.execute(
        "SELECT count(*) FROM entities WHERE (console, stream) = (%s, %s) AND round >= %s AND round < %s",
        [console, stream, since, until],
    ).fetchall()
    return int(count)


def known_entities(connection: PgConnection, console: str, stream: str) -> tuple[int, int]:
    """Count the entities that are not gone, and return the greatest round in which any was seen, complete or not."""
    [(count, greatest)] = connection.execute(
        "SELECT count(*), coalesce(max(round), 0) FROM entities WHERE (console, stream) = (%s, %s) AND round >= %s",
        [console, stream, rounds_of(connection, console, stream).completed],
    ).fetchall()
    return int(count), int(greatest)
