"""Other places of a hash, a user or a command line: on how many hosts, in which documents."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.errors import UsageError
from s1ecs.outputs.store.search_terms import match_expression
from s1ecs.outputs.store.stream_table import quoted
from s1ecs.web.questions.list_view import BY_STREAM
from s1ecs.web.story.document_fields import DocumentFields
from s1ecs.web.story.related_rows import Relation, related_hosts
from s1ecs.web.story.stored_items import StoredItem
from s1ecs.web.view_state import ViewState

# Of more documents with a value the newest count.
MOST_DOCUMENTS = 500
# Command lines are phrases of frequent words: they are looked up among the last documents of the store.
LAST_DOCUMENTS = 200_000
_LONGEST_PHRASE = 160
# Streams of latest states: what is looked up, and its column.
_INVENTORIES = {"application": ("Application", "application"), "application_risk": ("CVE", "cve")}
_STREAMS = ("alert", "unified_alert", "threat", "threat_event")


@dataclass(frozen=True)
class DocumentsElsewhere:
    """Documents of a stream that have the value; with `more` there are further ones."""

    stream: str
    count: int
    more: bool
    whole: ViewState


@dataclass(frozen=True)
class ValuePrevalence:
    """A value, the hosts that have it among all of the console, and the documents with it; `bounded`: of the last."""

    label: str
    value: str
    hosts: int
    all_hosts: int
    documents: Sequence[DocumentsElsewhere]
    bounded: bool = False

    @property
    def more(self) -> bool:
        """True where more hosts may have the value."""
        return any(each.more for each in self.documents)


@dataclass(frozen=True)
class _Value:
    label: str
    value: str
    field: str


def prevalence(connection: sqlite3.Connection, item: StoredItem) -> Sequence[ValuePrevalence]:
    """Return how common the hashes, the user and the command line of an item are on its console.

    Of an application and a vulnerability, on how many hosts they are.
    """
    if item.stream in _INVENTORIES:
        return list(_of_inventory(connection, item, *_INVENTORIES[item.stream]))
    values = list(_values(item))
    hosts = host_count(connection, item.console) if values else 0
    return [found for each in values if (found := _prevalence(connection, item.console, each, hosts)) is not None]


def _of_inventory(
    connection: sqlite3.Connection, item: StoredItem, label: str, column: str
) -> Iterator[ValuePrevalence]:
    value = item.values.get(column)
    if value is not None:
        hosts, count = related_hosts(connection, Relation(item.stream, item.console, {column: value}, latest=True))
        documents = [DocumentsElsewhere(item.stream, count.count, count.more, count.whole)] if count.count else []
        yield ValuePrevalence(label, str(value), hosts, host_count(connection, item.console), documents)


def host_count(connection: sqlite3.Connection, console: str) -> int:
    """Count the agents that the console has."""
    [(count,)] = connection.execute(
        "SELECT count(*) FROM things LEFT JOIN rounds ON (rounds.console, rounds.stream) = (things.console,"
        " things.stream) WHERE things.console = ? AND things.stream = 'agent'"
        " AND NOT (things.round >= 0 AND things.round < coalesce(rounds.completed, 0))",
        (console,),
    )
    return int(count)


def _values(item: StoredItem) -> Iterator[_Value]:
    fields = DocumentFields(item.stream, item.document)
    seen: set[str] = set()
    hashes = (
        ("Process", "process.hash"),
        ("File", "threat.indicator.file.hash"),
        ("File", "file.hash"),
        ("Target", "sentinel_one.alert.target.process.file.hash"),
        ("Parent", "process.parent.hash"),
    )
    for label, path in hashes:
        for kind in ("sha256", "sha1", "md5"):
            value = fields.text(f"{path}.{kind}")
            if value and value not in seen:
                seen.update(fields.text(f"{path}.{other}") for other in ("sha256", "sha1", "md5"))
                yield _Value(f"{label} {_HASH_NAMES[kind]}", value, "hash")
                break
    user = fields.text("process.user.name", "user.name", "sentinel_one.threat.process_user")
    if user:
        yield _Value("User", user, "user")
    command = fields.text("process.command_line")
    if command:
        yield _Value("Command line", command, "command")


_HASH_NAMES = {"sha256": "SHA-256", "sha1": "SHA-1", "md5": "MD5"}


def _prevalence(connection: sqlite3.Connection, console: str, value: _Value, all_hosts: int) -> ValuePrevalence | None:
    question = question_of(value.field, value.value)
    try:
        expression = match_expression(question)
    except UsageError:
        return None
    bounded = value.field == "command"
    [(last,)] = connection.execute("SELECT coalesce(max(rowid), 0) FROM documents")
    least = last - LAST_DOCUMENTS if bounded else 0
    hosts: set[str] = set()
    documents = []
    for stream in _STREAMS:
        names, count, more = _documents(connection, stream, console, expression, least)
        hosts |= names
        if count:
            whole = ViewState(BY_STREAM[stream].path, [("console", console), ("q", question)])
            documents.append(DocumentsElsewhere(stream, count, more, whole))
    return ValuePrevalence(value.label, value.value, len(hosts), all_hosts, documents, bounded and least > 0)


def question_of(field: str, value: str) -> str:
    """Return a question of the full-text search for a value: as a phrase, without what no word has."""
    text = " ".join(value.replace('"', " ").replace("\0", " ").split())
    if len(text) > _LONGEST_PHRASE:
        cut = text[:_LONGEST_PHRASE].rstrip()
        # The last word may be cut in two.
        text = cut.rsplit(" ", 1)[0] if " " in cut else cut
    return f'{field}:"{text.encode("utf-8", "replace").decode()}"'


def _documents(
    connection: sqlite3.Connection, stream: str, console: str, expression: str, least: int
) -> tuple[set[str], int, bool]:
    table = store_tables()[stream]
    words, rows = quoted(table.words), quoted(table.rows)
    found = connection.execute(
        f"SELECT {rows}.host, {rows}.console FROM (SELECT rowid AS found FROM {words} WHERE {words} MATCH ?"
        f" AND rowid > ? ORDER BY rowid DESC LIMIT {MOST_DOCUMENTS + 1}) CROSS JOIN {rows} ON {rows}.row = found",
        (expression, least),
    ).fetchall()
    here = [host for host, owner in found[:MOST_DOCUMENTS] if owner == console]
    return {str(host) for host in here if host}, len(here), len(found) > MOST_DOCUMENTS
