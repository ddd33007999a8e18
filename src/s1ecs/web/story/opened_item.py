"""An item as it is opened by its address: its story, or the consoles among which the reader has to choose."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from s1ecs.errors import StateError
from s1ecs.records import readable
from s1ecs.web.story.finding_story import FindingStory, tell
from s1ecs.web.story.host_story import HostStory, tell_of_host
from s1ecs.web.story.stored_items import StoredItem, find_items, states_of, visible_consoles

_HOSTS = "agent"


@dataclass(frozen=True)
class ItemAddress:
    """An item by its address: a stream and an id, perhaps a console ("" for any), and the consoles that are visible."""

    stream: str
    identity: str
    console: str
    visible: Sequence[str] | None


@contextmanager
def _of_this_version() -> Iterator[None]:
    """Explain a store whose tables an earlier s1ecs made."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "no such index" not in str(error):
            raise
        raise StateError(
            "the store was written by an earlier version of s1ecs; start `s1ecs run` of this version once, which "
            "brings it up to date"
        ) from None


def items_at(connection: sqlite3.Connection, address: ItemAddress) -> Sequence[StoredItem]:
    """Return the items of an address, at most one of each console."""
    consoles = visible_consoles(connection, address.visible)
    if address.console:
        consoles = [name for name in consoles if name == address.console]
    return find_items(connection, address.stream, address.identity, consoles)


def story_at(
    connection: sqlite3.Connection, address: ItemAddress, *, short: bool = False
) -> FindingStory | HostStory | Sequence[StoredItem]:
    """Return the story of the item, or all items with that id where there is none or more than one."""
    with _of_this_version():
        found = items_at(connection, address)
        if len(found) != 1:
            return found
        if address.stream == _HOSTS:
            return tell_of_host(connection, found[0], short=short)
        return tell(connection, found[0], short=short)


def json_at(connection: sqlite3.Connection, address: ItemAddress) -> bytes | Sequence[StoredItem]:
    """Return an item as JSON, or all items with that id where there is none or more than one.

    `data` is the document that was asked for; `states` are all documents of its object, the newest first; `related`
    are rows of other streams and response actions.
    """
    with _of_this_version():
        found = items_at(connection, address)
        if len(found) != 1:
            return found
        [item] = found
        return readable(
            {
                "data": {**_place(item), **item.values, "document": item.document},
                "states": [_place(each) for each in states_of(connection, item)],
                "related": _related(connection, item),
            }
        )


def _place(item: StoredItem) -> dict[str, Any]:
    return {"id": item.id, "console": item.console, "time": item.time}


def _related(connection: sqlite3.Connection, item: StoredItem) -> Mapping[str, Any]:
    if item.stream == _HOSTS:
        of_host = tell_of_host(connection, item)
        listed = {each.stream: [_row(row) for row in each.rows] for each in of_host.listed}
        counts = {each.stream: {"count": each.count, "more": each.more} for each in of_host.counts}
        return {"counts": counts, **listed, "response_action": [_action(each) for each in of_host.actions]}
    story = tell(connection, item)
    events = {"threat_event": [_row(row) for row in story.events.rows]} if story.events else {}
    same = {each.stream: [_row(row) for row in each.rows] for each in story.same_storyline}
    return {
        "host": {"name": story.host.name, "agent_id": story.host.agent_id},
        **events,
        **same,
        "response_action": [_action(each) for each in story.actions],
    }


def _row(row: Any) -> dict[str, Any]:
    return {"id": row.id, "console": row.console, "time": row.time, **row.values}


def _action(action: Any) -> dict[str, Any]:
    return {
        "time": action.time,
        "action": action.action,
        "status": action.status,
        "user": action.user,
        "target": action.target,
        "on_this": action.here,
    }
