"""Rows of other streams that an item names: the threat of an activity, the vulnerabilities of an application."""

import sqlite3
from collections.abc import Iterator

from s1ecs.web.shown_values import parameter
from s1ecs.web.story.document_fields import DocumentFields
from s1ecs.web.story.named_hosts import ItemHost
from s1ecs.web.story.related_rows import RelatedRows, Relation, related_rows
from s1ecs.web.story.stored_items import OBJECT_KEYS, StoredItem
from s1ecs.web.view_state import ViewState

_MOST = 8
# Streams by the kinds of target that response actions have.
_TARGETS = {"threat": "threat", "alert": "alert", "unified alert": "unified_alert", "unified_alert": "unified_alert"}


def linked_rows(connection: sqlite3.Connection, item: StoredItem, host: ItemHost) -> Iterator[RelatedRows]:
    """Yield the rows that an item names, by stream."""
    for relation in _relations(item, host):
        found = related_rows(connection, relation, _MOST)
        if found.rows:
            yield found
    group = item.values.get("name") if item.stream == "group" else None
    if group:
        # No index finds the hosts of a group: the list does.
        hosts = ViewState("/hosts", [("console", item.console), ("group_name", parameter(group))])
        yield RelatedRows("agent", (), more=True, whole=hosts)


def _relations(item: StoredItem, host: ItemHost) -> Iterator[Relation]:
    application = item.values.get("application")
    if item.stream in {"application", "application_risk"} and host.name and application:
        other = "application_risk" if item.stream == "application" else "application"
        yield Relation(other, item.console, {"host": host.name, "application": application}, latest=True)
    if item.stream == "activity" and (threat := item.values.get("threat_id")):
        yield Relation("threat", item.console, {"threat_id": threat})
    if item.stream == "response_action":
        fields = DocumentFields(item.stream, item.document)
        stream = _TARGETS.get(fields.text("sentinel_one.response_action.target.kind").lower(), "")
        target = fields.text("sentinel_one.response_action.target.id")
        if stream and target:
            yield Relation(stream, item.console, {OBJECT_KEYS[stream]: target})
