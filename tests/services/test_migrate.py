"""Going on where Elastic's integration stopped, on real servers."""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from servers.documents import data_stream, ids
from servers.running import Running
from tests.acceptance.conftest import (
    Commands,
    Start,
)
from tests.acceptance.conftest import (
    start_standin as start_standin,  # noqa: PLC0414 - pytest finds it by its name here
)
from tests.services.conftest import SetUp

NOW = "2026-01-31T12:00:00Z"
# When Elastic's integration stopped.
STOPPED = "2026-01-31T00:00:00.000Z"
WITH_IDS = ("activity", "alert", "group", "threat", "unified_alert")
# Without applications, whose inventory takes a request for each of them.
WITHOUT_IDS = ("agent", "application_risk", "threat_event")
THINGS = ("agent", "group", "application_risk")
STREAMS = (*WITH_IDS, *WITHOUT_IDS)


@dataclass(frozen=True)
class Known:
    """A console, and every document that its records make: stream -> id -> (time, document)."""

    address: str
    documents: Mapping[str, Mapping[str, tuple[str, dict[str, Any]]]]

    def before(self, stream: str) -> dict[str, dict[str, Any]]:
        """What the integration had when it stopped."""
        return {identity: document for identity, (time, document) in self.documents[stream].items() if time <= STOPPED}

    def after(self, stream: str) -> set[str]:
        """The ids of what came later."""
        return set(self.documents[stream]) - set(self.before(stream))


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory, start_standin: Start) -> Known:
    """A console, and what a collector that reads all of it makes of it."""
    address = start_standin("--agents", "12", "--now", NOW)
    everything = Commands(tmp_path_factory.mktemp("everything"), address)
    everything.ok("collect", *STREAMS, S1ECS_INITIAL_INTERVAL="3650d")
    with closing(sqlite3.connect(everything.state / "s1ecs.db")) as connection:
        rows = connection.execute("SELECT stream, id, time, document FROM documents").fetchall()
    documents: dict[str, dict[str, tuple[str, dict[str, Any]]]] = {stream: {} for stream in STREAMS}
    for stream, identity, time, text in rows:
        documents[stream][identity] = (time, orjson.loads(text))
    return Known(address, documents)


def as_elastic(document: Mapping[str, Any], ingested: str) -> dict[str, Any]:
    """A document as the integration would have indexed it."""
    event = {**document["event"], "ingested": ingested}
    agent = {"id": "an-elastic-agent", "name": "fleet", "type": "filebeat", "version": "9.2.0"}
    return {**document, "event": event, "agent": agent}


def as_failures(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Documents of failures that came long after all others: of a record, with their kind, and of a request."""
    later = {"@timestamp": "2026-01-31T11:30:00.000Z", "error": {"message": ["failed"]}}
    [(identity, document), *_] = documents.items()
    failed = {**document, **later, "event": {**document["event"], "kind": "pipeline_error"}}
    event = {name: value for name, value in document["event"].items() if name != "kind"}
    request = {**later, "event": event, "error": {"message": "GET x: 401", "code": "401"}}
    return {f"{identity} failed": failed, "a failed request": request}


def index(server: Running, stream: str, namespace: str, documents: Mapping[str, Mapping[str, Any]]) -> None:
    """Index documents into the stream's data stream, with their ids only where the integration sets one."""
    lines: list[bytes] = []
    for identity, document in documents.items():
        about = {"_id": identity} if stream in WITH_IDS else {}
        lines += [orjson.dumps({"create": about}), orjson.dumps(as_elastic(document, STOPPED))]
    answer = server.ask(
        "POST", f"/logs-sentinel_one.{stream}-{namespace}/_bulk?refresh=true", b"\n".join([*lines, b""])
    )
    assert not answer["errors"], answer


def commands(known: Known, server: Running, namespace: str, folder: Path) -> Commands:
    """Commands with a fresh state that collect into the server."""
    folder.mkdir(exist_ok=True)
    made = Commands(folder, known.address)
    output = {"type": server.kind, "hosts": [server.url], "latest": True}
    made.environment |= {"S1ECS_OUTPUTS": json.dumps([output]), "S1ECS_NAMESPACE": namespace}
    return made


def switched(
    known: Known, server: Running, namespace: str, folder: Path, *streams: str, roll_over: bool = False
) -> Commands:
    """Commands with a fresh state for a server with what the integration had indexed, perhaps a new index since."""
    for stream in streams:
        if before := known.before(stream):
            index(server, stream, namespace, before)
            if roll_over:
                server.ask("POST", f"/{data_stream(stream, namespace)}/_rollover")
    return commands(known, server, namespace, folder)


def test_no_hole_and_no_duplicate(
    search_server: Running, set_up: SetUp, namespace: str, known: Known, tmp_path: Path
) -> None:
    """What the integration lacked comes; where it set ids nothing comes twice, elsewhere an overlap or an inventory."""
    set_up(search_server)
    migrating = switched(known, search_server, namespace, tmp_path, *STREAMS, roll_over=True)
    assert "resume from" in migrating.ok("migrate", *STREAMS, "--yes")
    migrating.ok("collect", *STREAMS)
    for stream in STREAMS:
        found = ids(search_server, data_stream(stream, namespace))
        every, before, after = set(known.documents[stream]), known.before(stream), known.after(stream)
        # Groups of this console changed long ago.
        assert after or stream == "group", f"{stream}: nothing came later, so that this proves nothing"
        assert after <= set(found), stream
        assert max(found.values()) == 1, stream
        if stream in WITH_IDS:
            assert set(found) == every, stream
        else:
            assert len(found) <= len(before) + len(every), stream
    for stream in THINGS:
        latest = ids(search_server, f"sentinel_one-{stream}-latest-{namespace}")
        assert len(latest) == len(known.documents[stream]), stream


def test_nothing_is_set_unseen(
    search_server: Running, set_up: SetUp, namespace: str, known: Known, tmp_path: Path
) -> None:
    """A dry run sets nothing; what is set is not set anew without --force; others' namespaces are only said."""
    set_up(search_server)
    migrating = switched(known, search_server, namespace, tmp_path, "alert")
    for _ in range(2):
        assert "alert      " in migrating.ok("migrate", "alert", "application", "--dry-run")
    assert "1 of 1 checkpoints set" in migrating.ok("migrate", "alert", "application", "--yes")
    again = migrating.run("migrate", "alert", "--yes")
    assert again.returncode == 1
    assert "--force" in again.stdout
    assert "1 of 1 checkpoints set" in migrating.ok("migrate", "alert", "--force", "--overlap", "0s", "--yes")
    elsewhere = commands(known, search_server, f"{namespace}_two", tmp_path / "other")
    said = elsewhere.ok("migrate", "alert", "--yes")
    assert "the first poll starts as usual" in said
    assert f"documents in namespace {namespace}," in said
    assert "no checkpoint set" in said


def test_odd_values_and_failures(
    search_server: Running, set_up: SetUp, namespace: str, known: Known, tmp_path: Path
) -> None:
    """A document with an odd value tells as any other how far a stream was read; one of a failure tells nothing."""
    set_up(search_server)
    stream = "alert"
    before = known.before(stream)
    odd = {
        identity: {**document, "error": {"message": ["'' is not an IP string literal."]}}
        for identity, document in before.items()
    }
    index(search_server, stream, namespace, {**odd, **as_failures(before)})
    migrating = commands(known, search_server, namespace, tmp_path)
    said = migrating.ok("migrate", stream, "--yes")
    newest = max(known.documents[stream][identity][0] for identity in before)
    assert f" {len(before)} " in said
    assert newest[:19] in said
    migrating.ok("collect", stream)
    found = ids(search_server, data_stream(stream, namespace))
    assert known.after(stream) <= set(found)
    assert max(found.values()) == 1


def test_documents_without_the_time_that_tells(
    search_server: Running, set_up: SetUp, namespace: str, known: Known, tmp_path: Path
) -> None:
    """Where no document has the field by which a stream is judged, nothing is taken for an empty history."""
    set_up(search_server)
    documents = {
        identity: {**document, "sentinel_one": {"unified_alert": {"id": identity}}}
        for identity, document in known.before("unified_alert").items()
    }
    index(search_server, "unified_alert", namespace, documents)
    migrating = commands(known, search_server, namespace, tmp_path)
    done = migrating.run("migrate", "unified_alert", "--yes")
    assert done.returncode == 1
    assert f"none of {len(documents)} documents has sentinel_one.unified_alert.detected_at" in done.stdout


def test_where_only_odd_records_lie(
    search_server: Running, set_up: SetUp, namespace: str, known: Known, tmp_path: Path
) -> None:
    """Records that the integration marked as failed for an odd value count where there are no others."""
    set_up(search_server)
    before = known.before("threat")
    kind = "pipeline_error"
    marked = {each: {**document, "event": {**document["event"], "kind": kind}} for each, document in before.items()}
    index(search_server, "threat", namespace, marked)
    said = commands(known, search_server, namespace, tmp_path).ok("migrate", "threat", "--dry-run")
    assert f" {len(before)} " in said
    assert "resume from" in said


def test_another_layout(search_server: Running, set_up: SetUp, namespace: str, known: Known, tmp_path: Path) -> None:
    """A cluster with documents of layout 1 goes on with layout 2 by the documented steps.

    Nothing is missing, nothing comes twice, and one query finds the documents of both layouts.
    """
    set_up(search_server)
    streams = ("activity", "alert", "threat", "agent")
    migrating = switched(known, search_server, namespace, tmp_path, *streams)
    migrating.environment["S1ECS_LAYOUT"] = "2"
    refused = migrating.run("migrate", *streams, "--yes")
    assert refused.returncode == 1
    assert "sentinel_one.agent.site.name to sentinel_one.site.name" in " ".join(refused.stdout.split())
    try:
        said = migrating.ok("setup", "--yes", "--roll-over")
        assert "which layout fits" in said or "were found" in said
        migrating.ok("migrate", *streams, "--yes", "--allow-mixed")
        migrating.ok("collect", *streams)
    finally:
        # The other tests of this server have layout 1.
        migrating.ok("setup", "--yes", "--roll-over", S1ECS_LAYOUT="1")
    for stream in streams:
        found = ids(search_server, data_stream(stream, namespace))
        assert known.after(stream) <= set(found), stream
        assert max(found.values()) == 1, stream
        if stream in WITH_IDS:
            assert set(found) == set(known.documents[stream]), stream
    for stream, one, other in (
        ("activity", "sentinel_one.activity.site.name", "sentinel_one.site.name"),
        ("threat", "sentinel_one.threat.classification", "sentinel_one.threat_classification.name"),
    ):
        path = f"/{data_stream(stream, namespace)}/_count"
        either = [{"exists": {"field": field}} for field in (one, other)]
        counts = [search_server.ask("POST", path, {"query": query})["count"] for query in either]
        together = search_server.ask("POST", path, {"query": {"bool": {"should": either}}})["count"]
        assert all(counts), stream
        assert together == sum(counts), stream
