"""The story of a host: its state, what changed, what runs on it, what happened there."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.web.story.document_changes import StateChange, state_changes
from s1ecs.web.story.document_fields import DocumentFields, as_text
from s1ecs.web.story.document_tree import DocumentTree, document_tree, filters_of
from s1ecs.web.story.finding_story import original_of
from s1ecs.web.story.named_hosts import ItemHost, host_of
from s1ecs.web.story.related_rows import RelatedCount, RelatedRows, Relation, related_count, related_rows
from s1ecs.web.story.requested_actions import RequestedAction, requested_actions
from s1ecs.web.story.sentences import StateChip, failure_of, name_of, state_chips
from s1ecs.web.story.stored_items import StoredItem, states_of
from s1ecs.web.view_state import ViewState

_MOST_LISTED = 6
_MOST_RISKS = 10
_OF_A_HOST = (
    "threat",
    "alert",
    "unified_alert",
    "threat_event",
    "application",
    "application_risk",
    "activity",
)
_LISTED = ("threat", "alert", "unified_alert", "activity")
_LATEST = frozenset({"application", "application_risk"})
# Headings of facts with the fields that they come from.
_FACTS: Mapping[str, Mapping[str, str]] = {
    "Agent": {
        "Version": "observer.version",
        "Up to date": "sentinel_one.agent.is_up_to_date",
        "Last active": "sentinel_one.agent.last_active_date",
        "Registered": "sentinel_one.agent.registered_at",
        "Mitigation": "sentinel_one.agent.mitigation_mode",
        "Suspicious": "sentinel_one.agent.mitigation_mode_suspicious",
        "Operational state": "sentinel_one.agent.operational_state",
        "Scan": "sentinel_one.agent.scan.status",
        "Scan finished": "sentinel_one.agent.scan.finished_at",
        "Decommissioned": "sentinel_one.agent.is_decommissioned",
        "Uninstall pending": "sentinel_one.agent.is_pending_uninstall",
        "UUID": "sentinel_one.agent.uuid",
    },
    "System": {
        "OS": "host.os.name",
        "Revision": "host.os.version",
        "Architecture": "sentinel_one.agent.os.arch",
        "Started": "sentinel_one.agent.os.start_time",
        "Machine": "sentinel_one.agent.machine.type",
        "Model": "sentinel_one.agent.model_name",
        "Memory (MB)": "sentinel_one.agent.total_memory",
        "Cores": "sentinel_one.agent.core.count",
        "Last user": "sentinel_one.agent.last_logged_in_user_name",
        "Domain": "host.domain",
        "Vulnerabilities": "sentinel_one.agent.apps_vulnerability_status",
    },
    "Network": {
        "State": "sentinel_one.agent.network_status",
        "Quarantine": "sentinel_one.agent.network_quarantine_enabled",
        "External address": "host.ip",
        "Address at the console": "sentinel_one.agent.last_ip_to_mgmt",
        "Firewall": "sentinel_one.agent.firewall_enabled",
    },
    "Organisation": {
        "Account": "sentinel_one.agent.account.name",
        "Site": "sentinel_one.agent.site.name",
        "Group": "group.name",
    },
}
# No two hosts share these.
_ALONE = frozenset({"sentinel_one.agent.uuid", "sentinel_one.agent.last_active_date"})
_NETWORK_STATES = {
    "connected": "connected to the network",
    "connecting": "being reconnected to the network",
    "disconnected": "isolated from the network",
    "disconnecting": "being isolated from the network",
}


@dataclass(frozen=True)
class HostFact:
    """A value of a host with its heading, and the list of hosts that share it, None where there is none."""

    heading: str
    value: Any
    page: ViewState | None


@dataclass(frozen=True)
class HostInterface:
    """A network interface as the agent reports it."""

    name: str
    addresses: Sequence[str]
    mac: str
    gateway: str


@dataclass(frozen=True)
class HostStory:
    """Everything on the page of a host; `network` says in words whether it is isolated, "" where that is not known."""

    item: StoredItem
    opened: StoredItem
    name: str
    host: ItemHost
    network: str
    isolated: bool
    chips: Sequence[StateChip]
    facts: Mapping[str, Sequence[HostFact]]
    failure: Sequence[str] | None = None
    states: Sequence[StoredItem] = ()
    interfaces: Sequence[HostInterface] = ()
    changes: Sequence[StateChange] = ()
    counts: Sequence[RelatedCount] = ()
    risks: RelatedRows | None = None
    listed: Sequence[RelatedRows] = ()
    actions: Sequence[RequestedAction] = ()
    document: DocumentTree = field(default_factory=DocumentTree)
    original: DocumentTree | None = None


def tell_of_host(connection: sqlite3.Connection, opened: StoredItem, *, short: bool = False) -> HostStory:
    """Tell the story of a host; a short one for the side pane of a list asks less."""
    states = states_of(connection, opened)
    item = states[0]
    fields = DocumentFields(item.stream, item.document)
    host = host_of(connection, item)
    status = fields.text("sentinel_one.agent.network_status")
    relations = list(_relations(item, host))
    story = HostStory(
        item,
        opened,
        name_of(item),
        host,
        _NETWORK_STATES.get(status.lower(), f"network state {status}" if status else ""),
        isolated=status.lower() in {"disconnected", "disconnecting"},
        chips=state_chips(item),
        facts=facts_of(fields, item.values),
        failure=failure_of(item),
        states=states,
        counts=[related_count(connection, each) for each in relations],
    )
    if short:
        return story
    listed = (related_rows(connection, each, _MOST_LISTED) for each in relations if each.stream in _LISTED)
    return replace(
        story,
        interfaces=interfaces_of(fields),
        changes=state_changes(states),
        risks=_risks(connection, relations),
        listed=[each for each in listed if each.rows],
        actions=requested_actions(connection, item.console, host.name, host.agent_id),
        document=document_tree(item.document, item.stream, item.values),
        original=original_of(item),
    )


def facts_of(fields: DocumentFields, row: Mapping[str, Any]) -> Mapping[str, Sequence[HostFact]]:
    """Return what is known of a host by group; what has no value is left out."""
    found = {group: list(_facts(fields, named, row)) for group, named in _FACTS.items()}
    return {group: facts for group, facts in found.items() if facts}


def _facts(fields: DocumentFields, named: Mapping[str, str], row: Mapping[str, Any]) -> Iterator[HostFact]:
    for heading, path in named.items():
        for value in fields.members(path):
            if not isinstance(value, dict | list) and value != "":
                page = None if path in _ALONE else filters_of(fields.stream, path, value, row)[0]
                yield HostFact(heading, value, page)


def interfaces_of(fields: DocumentFields) -> Sequence[HostInterface]:
    """Return the network interfaces that an agent reports."""
    return [
        HostInterface(
            as_text(each.get("name")) or as_text(each.get("id")),
            [
                str(address)
                for kind in ("inet", "inet6")
                for address in (each[kind] if isinstance(each.get(kind), list) else [each.get(kind)])
                if address is not None
            ],
            as_text(each.get("physical")) or as_text(each.get("mac")),
            as_text(gateway.get("ip")) if isinstance(gateway := each.get("gateway"), dict) else as_text(gateway),
        )
        for each in fields.objects("sentinel_one.agent.network_interfaces")
    ]


def _relations(item: StoredItem, host: ItemHost) -> Iterator[Relation]:
    if host.name:
        for stream in _OF_A_HOST:
            columns = host.columns(store_tables()[stream])
            yield Relation(stream, item.console, columns, latest=stream in _LATEST)


def _risks(connection: sqlite3.Connection, relations: Sequence[Relation]) -> RelatedRows | None:
    for each in relations:
        if each.stream == "application_risk":
            order = "severity DESC, score DESC, row DESC"
            found = related_rows(connection, each, _MOST_RISKS, order=order)
            return found if found.rows else None
    return None
