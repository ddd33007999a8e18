"""The documents of response actions: what they say, and what is in none of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from s1ecs.ecs.envelope import Collector
from s1ecs.ecs.field_catalog import exported_fields, known_types
from s1ecs.records import ExactInteger
from s1ecs.respond.audit.document import Made, audit_document, without_secrets
from s1ecs.respond.audit.journal import Entry, Target
from s1ecs.streams.response_action import STREAM

from .test_audit import ENTRY, LATER, NOON

SHA1 = "3395856ce81f2b7382dee72602f798b642f14140"


def _made(entry: Entry = ENTRY, state: Any = "finished", **options: Any) -> Made:
    given_ = {"namespace": "prod", "collector": Collector("1.0", "c-1", "desk"), "redact": (), "now": LATER}
    return audit_document(entry, state, **{**given_, **options})


def _leaves(document: Any, path: str = "") -> dict[str, Any]:
    if isinstance(document, dict):
        found: dict[str, Any] = {}
        for key, value in document.items():
            found |= _leaves(value, f"{path}.{key}" if path else key)
        return found
    return {path: document}


def test_the_document_of_a_request() -> None:
    """Who, on which host, what and why; its end is not known yet."""
    document = _made(state="requested").document
    leaves = _leaves(document)
    own = "sentinel_one.response_action"
    wanted = {
        "@timestamp": "2026-11-23T12:00:00.000Z",
        "event.kind": "event",
        "event.category": ["host"],
        "event.type": ["info"],
        "event.action": "isolate",
        "event.outcome": "unknown",
        "event.start": "2026-11-23T12:00:00.000Z",
        "event.dataset": "sentinel_one.response_action",
        "data_stream.type": "logs",
        "data_stream.namespace": "prod",
        "agent.type": "s1ecs",
        "user.name": "alice",
        "host.name": "pc-1",
        "host.id": "225494730938493804",
        "host.os.type": "windows",
        "related.hosts": ["pc-1"],
        "related.user": ["alice"],
        "message": "isolate on pc-1 requested by alice: looks odd",
        f"{own}.state": "requested",
        f"{own}.status": "pending",
        f"{own}.comment": "looks odd",
        f"{own}.console.name": "hq",
        f"{own}.machine": "desk",
        f"{own}.agent.uuid": "u-1",
        f"{own}.target.kind": "agent",
        f"{own}.request.method": ["POST"],
        f"{own}.request.path": ["/agents/actions/disconnect"],
        f"{own}.request.body": ['{"filter":{"ids":["2"]}}'],
    }
    assert {name: leaves.get(name) for name in wanted} == wanted
    assert not {"event.end", "event.duration", "event.reason", "error.message"} & set(leaves)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("done", "success"), ("failed", "failure"), ("refused", "failure"), ("unknown", "unknown")],
)
def test_the_document_of_an_end(status: Any, outcome: str) -> None:
    """How it ended, why, when, and how long it took."""
    document = _made(replace(ENTRY, status=status, reason="so it is", finished=LATER)).document
    event = document["event"]
    assert (event["outcome"], event["reason"]) == (outcome, "so it is")
    assert (document["@timestamp"], event["end"], event["duration"]) == (
        "2026-11-23T12:01:30.000Z",
        "2026-11-23T12:01:30.000Z",
        90_000_000_000,
    )
    assert document["message"] == f"isolate on pc-1 ended, asked for by alice: {status}, so it is"


def test_both_documents_of_an_action_have_ids_that_stay() -> None:
    """The id depends on the action and the state alone, so that a document delivered twice is one."""
    ids = {state: _made(ENTRY, state).id for state in ("requested", "finished", "settled")}
    assert len(set(ids.values())) == 3
    assert ids["finished"] == _made(replace(ENTRY, status="done", reason="x", finished=NOON), now=NOON).id
    assert ids["finished"] != _made(replace(ENTRY, id="another")).id


def test_a_clock_that_went_back_makes_no_negative_duration() -> None:
    """An end before its beginning lasts nothing."""
    entry = replace(ENTRY, status="done", finished=NOON - timedelta(hours=1))
    assert _made(entry).document["event"]["duration"] == 0


@pytest.mark.parametrize(
    ("kind", "category"),
    [
        ("threat", ["intrusion_detection"]),
        ("unified alert", ["intrusion_detection"]),
        ("scope", ["configuration"]),
        ("agent", ["host"]),
    ],
)
def test_the_category_is_that_of_what_is_acted_on(kind: Any, category: list[str]) -> None:
    """Each kind of target has an ECS category."""
    assert _made(replace(ENTRY, targets=(Target(kind, "1"),))).document["event"]["category"] == category


def test_hashes_are_related() -> None:
    """What is put on a list by its hash is found by that hash."""
    body = {"data": [{"value": SHA1, "type": "SHA1"}, {"value": "evil.example", "type": "DNS"}]}
    entry = replace(
        ENTRY, targets=(), requests=({"method": "POST", "path": "/threat-intelligence/iocs", "body": body},)
    )
    assert _made(entry).document["related"]["hash"] == [SHA1]
    sha256 = "ab" * 32
    added = ({"method": "POST", "path": "/restrictions", "body": {"data": {"sha256Value": sha256}}},)
    assert _made(replace(entry, requests=added)).document["related"]["hash"] == [sha256]


def test_a_hash_that_was_removed_is_related() -> None:
    """The request of a removal names items alone; the end of the action tells the hash."""
    removed = ({"method": "DELETE", "path": "/restrictions", "body": {"data": {"ids": ["1"]}}},)
    entry = replace(ENTRY, requests=removed, status="done", finished=LATER, details={"value": SHA1})
    assert _made(entry, "finished").document["related"]["hash"] == [SHA1]


def test_a_request_is_told_as_it_was_sent() -> None:
    """An empty object in a body is part of what was sent; a request without a body has none."""
    requests = ({"method": "POST", "path": "/a", "query": {}, "body": {"data": {}}}, {"method": "GET", "path": "/b"})
    own = _made(replace(ENTRY, requests=requests)).document["sentinel_one"]["response_action"]
    assert own["request"] == {"method": ["POST", "GET"], "path": ["/a", "/b"], "body": ['{"data":{}}']}


def test_several_targets_are_lists() -> None:
    """An action on two hosts names both; what both share stands there once."""
    targets = (Target("agent", "1", "a", "a", "1", site="s"), Target("agent", "2", "b", "b", "2", site="s"))
    document = _made(replace(ENTRY, targets=targets)).document
    assert document["host"] == {"name": ["a", "b"], "id": ["1", "2"]}
    assert document["related"]["hosts"] == ["a", "b"]
    assert document["sentinel_one"]["response_action"]["site"] == "s"


def test_every_field_of_a_document_is_an_exported_one() -> None:
    """Templates and documentation know all that a document may hold, and ECS fields have their ECS types."""
    details = {"parentTaskId": "1", "taskId": "2", "commandBatchUuid": "3", "activity": "4", "statusCode": None}
    details |= {"encryption": "all"}
    target = Target("agent", "1", "a", "a", "1", "u", "linux", "bob", "site", "group", "account")
    requests = [{"method": "DELETE", "path": "/x", "query": {"a": "b"}, "body": {"value": SHA1}}]
    entry = replace(ENTRY, status="done", reason="r", finished=LATER, targets=(target,), requests=tuple(requests))
    leaves = _leaves(_made(replace(entry, details=details)).document)
    own = f"sentinel_one.{STREAM.name}"
    exported = {field.name: field for field in exported_fields(STREAM.table)}
    assert {name for name in leaves if not name.startswith(f"{own}.details.")} <= set(exported)
    assert set(exported) - set(leaves) == {
        f"{own}.details",
        "error.message",
        "event.module",
        "event.original",
    }
    types = known_types()
    assert {name: field.type.removeprefix("constant_") for name, field in exported.items() if name in types} == {
        name: types[name].removeprefix("constant_") for name in exported if name in types
    }
    beside_ecs = {name for name in exported if name not in types and not name.startswith(f"{own}.")}
    assert beside_ecs == {"input.type"}


# With a beginning that no other text of a document holds by chance.
_SECRET = st.text(st.characters(codec="utf-8", exclude_characters="*"), min_size=5, max_size=40).map("Zq%".__add__)
_KEY = st.sampled_from(["password", "zipPassword", "apiToken", "token", "Authorization", "api_key", "clientSecret"])


@given(secret=_SECRET, key=_KEY, where=st.sampled_from(["details", "requests", "follow"]))
def test_no_secret_is_in_a_document(secret: str, key: str, where: str) -> None:
    """A password or token that any part of an entry names is in none of its documents, nor quoted by another text."""
    known: Any = {"deep": [{key: secret}]}
    quoted = f"the answer was: {secret}!"
    about: dict[str, Any] = {"details": {"said": [quoted]}, "follow": {}}
    if where == "requests":
        about["requests"] = ({"method": "POST", "path": f"/x/{secret}", "query": {key: secret}, "body": known},)
    else:
        about[where] = {**about[where], **known}
    entry = replace(ENTRY, status="failed", finished=LATER, reason=quoted, **about)
    text = "".join(_texts([_made(entry, state).document for state in ("requested", "finished")]))
    assert secret not in text


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in _texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    # Bodies are JSON in a text: what is in them is looked at, not how it is escaped.
    if isinstance(value, str) and value.startswith("{"):
        return [value, *_texts(orjson.loads(value))]
    return [str(value)]


def test_no_signature_of_a_link_is_in_a_document() -> None:
    """A pre-signed link that came along is known by its signature, which goes."""
    link = "https://bucket.example/a.zip?X-Amz-Expires=3600&X-Amz-Signature=0123456789abcdef"
    entry = replace(ENTRY, status="done", finished=LATER, reason=f"see {link}", details={"downloadUrl": link})
    assert b"0123456789abcdef" not in orjson.dumps(_made(entry).document)


def test_what_is_no_secret_stays() -> None:
    """Numbers, ids and words beside a secret are as they were; a placeholder stands for nothing."""
    value = {
        "parentTaskId": "7",
        "password": "***",
        "said": "*** and ab",
        "token": "ab",
        "at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    assert without_secrets(value) == {**value, "token": "***", "at": "2026-01-01T00:00:00+00:00"}


def test_a_short_secret_damages_no_word() -> None:
    """A secret of a few letters is masked where it is the whole value; words that hold it by chance stay."""
    value = {"password": "done", "said": "abandoned", "quoted": ["done"]}
    assert without_secrets(value) == {"password": "***", "said": "abandoned", "quoted": ["***"]}


def test_whatever_the_console_told_is_written_down() -> None:
    """What is no Unicode, integers beyond 64 bits and deep nesting come after the action was sent, and are no error."""
    deep: Any = "bottom"
    for _ in range(500):
        deep = [deep]
    told = without_secrets({"name": "caf\udce9", "n": 2**70, "deep": deep, "exact": ExactInteger("9" * 30)})
    assert (told["name"], told["n"], told["exact"]) == ("caf\ufffd", hex(2**70), "9" * 30)
    assert b"nested too deeply" in orjson.dumps(told["deep"])
