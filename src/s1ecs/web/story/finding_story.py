"""The story of an item: all that its page tells, gathered by a few questions to the store."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.outputs.store.stored_text import document_of_text
from s1ecs.timestamps import earlier, later
from s1ecs.web.story.document_changes import state_changes
from s1ecs.web.story.document_fields import DocumentFields, at
from s1ecs.web.story.document_tree import DocumentTree, document_tree
from s1ecs.web.story.indicators import AttackTerm, IndicatorHit, indicators, tactics, techniques
from s1ecs.web.story.linked_rows import linked_rows
from s1ecs.web.story.named_hosts import ItemHost, host_of, host_page
from s1ecs.web.story.prevalence import ValuePrevalence, prevalence
from s1ecs.web.story.process_tree import ProcessNode, tree_of_document, tree_of_events
from s1ecs.web.story.related_rows import RelatedRows, Relation, related_rows
from s1ecs.web.story.requested_actions import RequestedAction, requested_actions
from s1ecs.web.story.sentences import SentencePart, StateChip, failure_of, happened_at, name_of, sentence, state_chips
from s1ecs.web.story.stored_items import StoredItem, read_items, states_of
from s1ecs.web.story.timeline import TimelineEntry, timeline
from s1ecs.web.view_state import ViewState

# Of a storyline the first events are read.
MOST_EVENTS_READ = 250
_AROUND = timedelta(hours=1)
_BEFORE = timedelta(days=1)
_MOST_AROUND = 8
_MOST_RELATED = 5
_MOST_ABOUT = 20
FINDINGS = ("alert", "unified_alert", "threat")
_WITH_PREVALENCE = (*FINDINGS, "threat_event", "application", "application_risk")


@dataclass(frozen=True)
class FindingStory:
    """Everything on the page of an item; `opened` is the document that was asked for, `item` the newest of its object.

    `failure` tells why a record could not be mapped, None where it could. `rest` are the lists with what the timeline
    leaves out; `same_storyline` are other findings of it; `linked` are rows of other streams that the item names.
    """

    item: StoredItem
    opened: StoredItem
    name: str
    sentence: Sequence[SentencePart]
    chips: Sequence[StateChip]
    host: ItemHost
    host_page: ViewState | None
    tree: Sequence[ProcessNode]
    events: RelatedRows | None = None
    failure: Sequence[str] | None = None
    problems: Sequence[str] = ()
    states: Sequence[StoredItem] = ()
    timeline: Sequence[TimelineEntry] = ()
    rest: Sequence[RelatedRows] = ()
    same_storyline: Sequence[RelatedRows] = ()
    linked: Sequence[RelatedRows] = ()
    indicators: Sequence[IndicatorHit] = ()
    tactics: Sequence[AttackTerm] = ()
    techniques: Sequence[AttackTerm] = ()
    prevalence: Sequence[ValuePrevalence] = ()
    actions: Sequence[RequestedAction] = ()
    document: DocumentTree = field(default_factory=DocumentTree)
    original: DocumentTree | None = None


def tell(connection: sqlite3.Connection, opened: StoredItem, *, short: bool = False) -> FindingStory:
    """Tell the story of an item; a short one for the side pane of a list asks less."""
    states = states_of(connection, opened)
    item = states[0]
    fields = DocumentFields(item.stream, item.document)
    host = host_of(connection, item)
    storyline = str(item.values.get("storyline") or "")
    events = _events(connection, item, storyline)
    read = read_items(connection, "threat_event", [row.row for row in events.rows]) if events else []
    own_tree = tree_of_document(item.stream, item) if item.stream in (*FINDINGS, "threat_event") else []
    tree = own_tree if item.stream == "alert" and own_tree else tree_of_events(read) or own_tree
    failure = failure_of(item)
    story = FindingStory(
        item=item,
        opened=opened,
        name=name_of(item),
        sentence=sentence(item, host),
        chips=state_chips(item),
        host=host,
        host_page=host_page(item.console, host),
        tree=tree,
        events=events,
        failure=failure,
        problems=[] if failure is not None else [str(each) for each in fields.members("error.message")],
        states=states,
    )
    if short:
        return story
    around = [*_about(connection, item, host), *_around(connection, item, host)]
    actions = _actions(connection, item, host)
    return replace(
        story,
        timeline=timeline(
            item,
            states=states,
            changes=state_changes(_comparable(states)),
            events=read,
            around=around,
            actions=actions,
        ),
        rest=[each for each in around if each.more],
        same_storyline=list(_same_storyline(connection, item, storyline)),
        indicators=indicators(item, read),
        tactics=tactics(item),
        techniques=techniques(item),
        prevalence=prevalence(connection, item) if item.stream in _WITH_PREVALENCE else [],
        linked=list(linked_rows(connection, item, host)),
        actions=actions,
        document=document_tree(item.document, item.stream, item.values),
        original=original_of(item),
    )


def _comparable(states: Sequence[StoredItem]) -> Sequence[StoredItem]:
    """Leave out documents that came with an entry of the console's timeline, where there are others.

    Their entries set fields that say nothing of the threat's own state.
    """
    others = [each for each in states if at(each.document, "sentinel_one.threat.timeline") is None]
    return others or states


def original_of(item: StoredItem) -> DocumentTree | None:
    """Return the record as SentinelOne returned it, where the document keeps it."""
    text = DocumentFields(item.stream, item.document).get("event.original")
    record = document_of_text(text) if isinstance(text, str) else None
    return document_tree(record) if record is not None else None


def _events(connection: sqlite3.Connection, item: StoredItem, storyline: str) -> RelatedRows | None:
    if not storyline or item.stream not in FINDINGS:
        return None
    relation = Relation("threat_event", item.console, {"storyline": storyline})
    found = related_rows(connection, relation, MOST_EVENTS_READ, order="time, row")
    return found if found.rows else None


def _same_storyline(connection: sqlite3.Connection, item: StoredItem, storyline: str) -> Iterator[RelatedRows]:
    """Yield the threats of a storyline: the only findings that are looked up by it."""
    if storyline and item.stream in ("alert", "unified_alert", "threat_event", "threat"):
        relation = Relation("threat", item.console, {"storyline": storyline})
        found = related_rows(connection, relation, _MOST_RELATED, without=item.row)
        others = [row for row in found.rows if not item.object_id or row.values.get("threat_id") != item.object_id]
        if others:
            yield RelatedRows("threat", others, found.more, found.whole)


def _about(connection: sqlite3.Connection, item: StoredItem, host: ItemHost) -> Iterator[RelatedRows]:
    """Yield what people did about a threat on the console: notes, verdicts, states."""
    if item.stream == "threat" and item.object_id and host.name:
        relation = Relation("activity", item.console, {"host": host.name, "threat_id": item.object_id})
        yield related_rows(connection, relation, _MOST_ABOUT)


def _around(connection: sqlite3.Connection, item: StoredItem, host: ItemHost) -> Iterator[RelatedRows]:
    """Yield what else happened on the host within an hour."""
    moment = happened_at(item)
    if not host.name or not moment or item.stream not in (*FINDINGS, "threat_event", "activity", "response_action"):
        return
    try:
        since, until = earlier(moment, _AROUND), later(moment, _AROUND)
    except ValueError:
        return
    for stream in (*FINDINGS, "activity"):
        columns = host.columns(store_tables()[stream])
        relation = Relation(stream, item.console, columns, since, until)
        found = related_rows(connection, relation, _MOST_AROUND, without=item.row if stream == item.stream else -1)
        others = [row for row in found.rows if not _is_same(row.values, item)]
        yield RelatedRows(stream, others, found.more, found.whole)


def _is_same(values: object, item: StoredItem) -> bool:
    """Tell whether a row is another state of the item itself."""
    key = {"alert": "alert_id", "unified_alert": "alert_id", "threat": "threat_id"}.get(item.stream)
    return bool(key and item.object_id and isinstance(values, dict) and values.get(key) == item.object_id)


def _actions(connection: sqlite3.Connection, item: StoredItem, host: ItemHost) -> Sequence[RequestedAction]:
    if item.stream not in FINDINGS:
        return []
    fields = DocumentFields(item.stream, item.document)
    ids = [item.object_id, fields.text("sentinel_one.unified_alert.external_id")]
    found = requested_actions(connection, item.console, host.name, host.agent_id, [each for each in ids if each])
    # Actions on the host that ended long before the finding are no answer to it.
    try:
        begin = earlier(happened_at(item), _BEFORE)
    except ValueError:
        begin = ""
    return [each for each in found if each.here or (each.time or "") >= begin]
