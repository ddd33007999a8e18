"""What answers of a search server mean."""

from typing import Any

import pytest

from s1ecs.outputs.search.client.server import Reply
from s1ecs.outputs.search.error_rules import reason_of, request_ruling, ruling


def item(status: int, kind: str = "", reason: str = "") -> dict[str, Any]:
    """An item of a bulk answer."""
    return {"status": status, "error": {"type": kind, "reason": reason}} if kind else {"status": status}


def reply(status: int, kind: str = "", reason: str = "") -> Reply:
    """A whole answer."""
    return Reply(status, item(status, kind, reason))


@pytest.mark.parametrize(
    ("answer", "verdict", "words"),
    [
        (item(201), "taken", ""),
        (item(200), "taken", ""),
        (item(409, "version_conflict_engine_exception", "document already exists"), "taken", ""),
        (item(429, "es_rejected_execution_exception", "queue is full"), "again", "queue is full"),
        (item(429, "circuit_breaking_exception", "data too large"), "again", "data too large"),
        (item(500, "some_exception", "ouch"), "again", "ouch"),
        (item(503, "process_cluster_event_timeout_exception", "slow"), "again", "slow"),
        (item(503, "cluster_block_exception", "blocked by: [state not recovered / initialized]"), "again", "not ready"),
        (item(403, "cluster_block_exception", "index write (api)"), "stop", "lift the block"),
        (item(429, "cluster_block_exception", "flood-stage watermark"), "stop", "free disk space"),
        (item(400, "index_closed_exception", "closed"), "stop", "open it"),
        (item(503, "unavailable_shards_exception", "primary shard is not active"), "stop", "allocation/explain"),
        (item(403, "security_exception", "unauthorized"), "stop", "--least-privilege"),
        (item(403, "other_exception", "no"), "stop", "check its role"),
        (item(404, "index_not_found_exception", "no such index"), "stop", "run: s1ecs setup"),
        (item(400, "illegal_argument_exception", "pipeline with id [x] does not exist"), "stop", "final_pipeline"),
        (item(400, "validation_exception", "maximum normal shards open"), "stop", "max_shards_per_node"),
        (item(400, "illegal_argument_exception", "Limit of total fields [1] has been exceeded"), "refused", "Limit of"),
        (item(400, "document_parsing_exception", "failed to parse field [k]"), "refused", "failed to parse field [k]"),
        (item(413, "x", "y"), "refused", "y"),
        (item(400, "mapper_parsing_exception", "failed to parse field [k]"), "refused", "failed to parse field [k]"),
        (item(400, "strict_dynamic_mapping_exception", "not allowed"), "refused", "not allowed"),
        (
            item(400, "illegal_argument_exception", 'Document contains at least one immense term in field="k"'),
            "refused",
            "",
        ),
        (item(400, "illegal_argument_exception", 'DocValuesField "w" is too large, must be <= 32766'), "refused", ""),
        (item(400, "illegal_argument_exception", "mapper [q] cannot be changed from type [date]"), "refused", ""),
        (item(400, "illegal_argument_exception", "can't merge a non object mapping [q] with"), "refused", ""),
        (
            item(400, "validation_exception", "currently has [3]/[1] maximum LOCAL_ONLY shards open;"),
            "stop",
            "max_shards",
        ),
        (
            item(400, "validation_exception", "Validation Failed: something else"),
            "stop",
            "until this is fixed (HTTP 400",
        ),
        (item(400, "illegal_argument_exception", "composable template [x] is invalid"), "stop", "is invalid"),
        (item(400, "illegal_argument_exception", "Number of documents in the index can not exceed"), "stop", "exceed"),
        (item(400, "illegal_argument_exception", "no write index is defined for alias [x]"), "stop", "no write index"),
        (item(400, "mapper_parsing_exception", "Failed to parse mapping: analyzer [x] not found"), "stop", "template"),
        (item(400, "routing_missing_exception", "routing is required"), "stop", "routing"),
        (item(400), "stop", "no reason given"),
        (item(409, "illegal_state_exception", "other"), "stop", "other"),
        ({"status": 201, "_index": ".fs-logs-x", "failure_store": "used"}, "refused", "failure store (.fs-logs-x)"),
        ({"status": 201, "_index": ".fs-logs-x"}, "refused", "failure store"),
        ({"status": 201, "_index": ".ds-logs-x", "failure_store": "not_enabled"}, "taken", ""),
    ],
)
def test_items(answer: dict[str, Any], verdict: str, words: str) -> None:
    """An item is taken, sent again, refused, or stops everything, with the server's words and the cure."""
    found = ruling(answer)
    assert found.verdict == verdict
    assert words in found.reason


@pytest.mark.parametrize(
    ("answer", "verdict", "words"),
    [
        (reply(429), "again", "HTTP 429"),
        (reply(502), "again", "HTTP 502"),
        (reply(503, "cluster_block_exception", "state not recovered"), "again", "not ready"),
        (reply(413), "refused", "http.max_content_length"),
        (reply(400, "illegal_argument_exception", "unrecognized parameter"), "stop", "type the right one"),
        (reply(401, "security_exception", "unable to authenticate"), "stop", "the credentials are rejected"),
        (reply(403, "security_exception", "is unauthorized"), "stop", "--least-privilege"),
        (reply(403), "stop", "not allowed to do this"),
        (reply(404), "stop", "check hosts"),
        (reply(407), "stop", "proxy"),
        (
            Reply(307, redirect="http://other:80"),
            "stop",
            "redirects to http://other:80 (HTTP 307), which is not followed",
        ),
        (reply(302), "stop", "redirects (HTTP 302)"),
    ],
)
def test_whole_requests(answer: Reply, verdict: str, words: str) -> None:
    """The same for an answer to a whole request."""
    found = request_ruling(answer)
    assert found.verdict == verdict
    assert words in found.reason


def test_template_with_too_many_fields() -> None:
    """A limit that an index template exceeds by itself, told as the cause behind it, condemns no document."""
    cause = {"type": "illegal_argument_exception", "reason": "Limit of total fields [1] has been exceeded"}
    error = {"type": "illegal_argument_exception", "reason": "composable template [x] is invalid", "caused_by": cause}
    assert ruling({"status": 400, "error": error}).verdict == "stop"


def test_reason_is_one_bounded_line() -> None:
    """The server's words go from the outside inwards, each once, on one line that has an end."""
    inner = {"type": "b", "reason": "inner\nline"}
    assert reason_of({"type": "a", "reason": "outer", "caused_by": inner}) == "a: outer; b: inner line"
    assert reason_of({"type": "a", "reason": "o", "caused_by": {"type": "a", "reason": "o"}}) == "a: o"
    assert reason_of("plain") == "plain"
    assert reason_of(None) == "no reason given"
    assert len(reason_of("x" * 5_000)) < 1_010
