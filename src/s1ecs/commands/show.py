"""`s1ecs show`: one document with all that concerns it: deliveries that wait, dead letters, response actions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from s1ecs.commands.document_columns import COLUMNS, column_of, field_of
from s1ecs.commands.terminal.spinner import waiting_if_slow
from s1ecs.commands.terminal.writer import OUT
from s1ecs.counted import counted
from s1ecs.errors import StateError
from s1ecs.outputs.dead_letters import DeadLetterFiles
from s1ecs.records import as_written, indented
from s1ecs.respond.audit.journal import Entry
from s1ecs.respond.audit.state_journal import entry_of
from s1ecs.state.dead_letters import Letter
from s1ecs.state.sqlite.archive import file_with
from s1ecs.state.sqlite.database import no_state
from s1ecs.state.sqlite.find_documents import (
    Delivery,
    Place,
    content_of,
    deliveries_of,
    with_id,
    with_value,
)
from s1ecs.state.sqlite.readonly import reading
from s1ecs.state.sqlite.state import ReadOnlyState
from s1ecs.timestamps import time_text

# Ids in columns whose names don't say so.
_OTHER_IDS = ("uuid", "storyline")
_MOST_OTHERS = 20


@dataclass(frozen=True)
class Shown:
    """A document, what concerns it, and the places of others that have the id."""

    place: Place
    document: Mapping[str, Any]
    others: Sequence[Place]
    deliveries: Sequence[Delivery]
    letters: Sequence[Letter]
    actions: Sequence[Entry]


def show(state_folder: Path, identity: str, *, json: bool) -> None:
    """Print the document that has an id, of several the newest; raise StateError where there is none."""
    with waiting_if_slow(f"Searching for {identity}"):
        found = _find(state_folder, identity)
    if json:
        OUT.json(indented(_plain(found)).decode() + "\n", data=True)
    else:
        _print(found)


def _find(state_folder: Path, identity: str) -> Shown:
    with reading(state_folder) as connection:
        if connection is None:
            raise no_state(state_folder)
        # One look at it all: what is delivered meanwhile waits, or does not.
        connection.execute("BEGIN")
        views = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'")}
        places = with_id(connection, list(COLUMNS), identity)
        for columns in (_own_ids(), _all_ids()):
            if not places:
                found = [
                    with_value(connection, stream, column, identity) for stream, column in columns if stream in views
                ]
                places = list({place.row: place for each in found for place in each}.values())
        if not places:
            archived = file_with(connection, identity)
            if archived is not None:
                raise StateError(
                    f"document {identity!r} is in the archive, in {archived}; use s1ecs query --archive with "
                    "WHERE id = ... to read it"
                )
            raise StateError(
                f"no document has the id {identity!r}; check the id, or collect first; `s1ecs query` lists the views "
                "and their columns of ids"
            )
        newest, *others = sorted(places, key=lambda place: (place.time or "", place.row), reverse=True)
        document = as_written(content_of(connection, newest).encode())
        deliveries = deliveries_of(connection, newest.key)
    return Shown(
        newest,
        document,
        others,
        deliveries,
        _letters(state_folder, newest),
        _actions(state_folder, newest, document),
    )


def _own_ids() -> list[tuple[str, str]]:
    """Return the column of each stream that has the id of what the stream is about: `alert_id` of alert."""
    named = [(stream, f"{stream.rpartition('_')[2]}_id") for stream in COLUMNS]
    return [(stream, column) for stream, column in named if column in COLUMNS[stream]]


def _all_ids() -> list[tuple[str, str]]:
    return [
        (stream, column)
        for stream, columns in COLUMNS.items()
        for column in columns
        if column.endswith("_id") or column in _OTHER_IDS
    ]


def _letters(state_folder: Path, place: Place) -> list[Letter]:
    letters = DeadLetterFiles(state_folder).read(place.key.stream)
    return [letter for letter in letters if (letter.console, letter.id) == (place.key.console, place.key.id)]


def _actions(state_folder: Path, place: Place, document: Mapping[str, Any]) -> list[Entry]:
    """The response actions on what the document is about, or on its host, the newest first."""
    stream = place.key.stream
    values = [column_of(document, stream, column) for column in COLUMNS[stream] if column.endswith("_id")]
    # The agent, also of a document whose view does not have it.
    values.append(field_of(document, "host.id"))
    ids = {str(value) for value in values if value is not None and value != ""}
    entries = [entry_of(row) for row in ReadOnlyState(state_folder).actions() if row.console == place.key.console]
    return [
        entry
        for entry in entries
        if entry.id in ids or any(ids & {target.id, target.agent} for target in entry.targets)
    ]


def _plain(found: Shown) -> Mapping[str, Any]:
    """Everything as JSON."""
    console, stream, identity = found.place.key
    return {
        "stream": stream,
        "console": console,
        "id": identity,
        "time": found.place.time,
        "document": found.document,
        "deliveries": [each._asdict() for each in found.deliveries],
        "dead_letters": [{"output": each.output, "time": each.time, "reason": each.reason} for each in found.letters],
        "actions": [
            {
                "id": each.id,
                "action": each.action,
                "targets": [target.name or target.id for target in each.targets],
                "requested": time_text(each.requested),
                "user": each.user,
                "status": each.status,
                "reason": each.reason,
            }
            for each in found.actions
        ],
        "others": [{"stream": each.key.stream, "time": each.time, "id": each.key.id} for each in found.others],
    }


def _print(found: Shown) -> None:
    console, stream, identity = found.place.key
    OUT.line(f"{stream} of {found.place.time or 'no time'}, console {console}, id {identity}")
    OUT.json_document(indented(found.document).decode())
    _section("deliveries", [f"{each.output}: waiting since {each.since}" for each in found.deliveries], "none waiting")
    _section("dead letters", [f"{each.output}, {each.time}: {each.reason}" for each in found.letters], "none")
    _section("response actions", list(map(_action, found.actions)), "none")
    if found.others:
        told = [f"{each.key.stream}, {each.time}: {each.key.id}" for each in found.others[:_MOST_OTHERS]]
        if left := len(found.others) - len(told):
            told.append(f"and {counted(left, 'document')} more")
        _section("other documents with this id", told, "")


def _action(entry: Entry) -> str:
    targets = ", ".join(target.name or target.id for target in entry.targets)
    reason = f" ({entry.reason})" if entry.reason else ""
    return f"{time_text(entry.requested)} {entry.action} {targets}: {entry.status}{reason}, by {entry.user}, {entry.id}"


def _section(title: str, lines: Sequence[str], without: str) -> None:
    if not lines:
        OUT.line(f"{title}: {without}")
        return
    OUT.line(f"{title}:")
    for line in lines:
        OUT.line(f"  {line}")
