"""What an answer means for a document, or for a whole request: by tables, nothing else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal, NamedTuple

from s1ecs.errors import OutputError
from s1ecs.outputs.search.server import Reply, Server

# taken: it is there. again: the same later. refused: never as it is. stop: nothing goes now; somebody must mend it.
Verdict = Literal["taken", "again", "refused", "stop"]

_LONGEST_REASON = 1_000
_OK = range(200, 300)
_REDIRECTS = range(300, 400)
_SERVER_ERRORS = range(500, 600)
# Where documents lie that a data stream with a failure store did not take.
_FAILURE_STORE = ".fs-"


class Ruling(NamedTuple):
    """What to do, and why: the server's own words, with the cure behind them where it is to stop."""

    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True)
class _Rule:
    """A row: fits where the type of the error is one of these and the words of it and its causes hold the pattern."""

    types: tuple[str, ...]
    cure: str
    words: str = ""
    verdict: Verdict = "stop"


_SETUP = "run: s1ecs setup"

# The first that fits counts, before the status does.
_RULES = (
    # A server that has just begun.
    _Rule(("cluster_block_exception",), "the cluster is not ready yet", words="state not recovered", verdict="again"),
    _Rule(
        ("cluster_block_exception", "index_create_block_exception"),
        "the index is blocked or read-only: free disk space on the nodes, or lift the block "
        "(index.blocks.*, cluster.blocks.*)",
    ),
    _Rule(("index_closed_exception",), "the index is closed: open it (POST INDEX/_open)"),
    _Rule(
        ("unavailable_shards_exception", "no_shard_available_action_exception"),
        "shards of the index are not available: look at `GET _cluster/allocation/explain` and at the nodes",
    ),
    _Rule(
        ("security_exception",),
        "the login may not write there: `s1ecs setup --least-privilege` prints the role that collecting needs",
    ),
    _Rule(("index_not_found_exception",), f"no index template makes it a data stream: {_SETUP}"),
    _Rule(
        ("illegal_argument_exception",),
        "the index template names a final_pipeline that is missing: take index.final_pipeline out of it, or make "
        "that pipeline",
        words=r"pipeline with id \[",
    ),
    _Rule(
        ("illegal_argument_exception", "validation_exception"),
        "the cluster has no room for another index: raise cluster.max_shards_per_node or remove old indices",
        words="maximum .*shards open",
    ),
    _Rule(
        ("mapper_parsing_exception",),
        f"the index template makes no index: look at its mapping, or {_SETUP}",
        words="Failed to parse mapping",
    ),
    _Rule(
        ("document_parsing_exception",),
        "the index template makes a time series, which documents with ids can't go to: take index.mode out of it",
        words="is in time_series mode",
    ),
)

# Only these say that a document itself will never be taken. Any other trouble is the index's or the cluster's, may be
# over tomorrow, and would send everything to the dead letters.
_CONDEMNED = frozenset(
    {
        "document_parsing_exception",
        "mapper_parsing_exception",
        "strict_dynamic_mapping_exception",
        "max_bytes_length_exceeded_exception",
        "parsing_exception",
        "x_content_parse_exception",
    }
)
# The type of the same where it stands for much else, too: then by the outermost reason, which is the document's.
_ILLEGAL = "illegal_argument_exception"
_ILLEGAL_DOCUMENT = re.compile(
    r"Document contains at least one immense term"
    r"|DocValuesField .* is too large"
    r"|Limit of .* has been exceeded"
    r"|can't merge a "
    r"|mapper \[.*\] cannot be changed from type"
    r"|.* can't be changed from "
    r"|.* conflicts with existing mapp"
    r"|(Mapper|Existing mapping) for \["
    r"|if _id is specified it must not be empty"
)


def ruling(item: Mapping[str, Any]) -> Ruling:
    """What one item of a bulk answer says about its document."""
    status = item.get("status", 0)
    error = item.get("error")
    if status in _OK:
        return _taken(item)
    if status == HTTPStatus.CONFLICT and _type_of(error) == "version_conflict_engine_exception":
        return Ruling("taken")
    reason = reason_of(error)
    rule = _rule(error)
    if rule is not None:
        return Ruling(rule.verdict, f"{rule.cure} ({reason})")
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or _condemns(error):
        return Ruling("refused", reason)
    return _not_now(status, f"HTTP {status}: {reason}")


def _not_now(status: int, reason: str) -> Ruling:
    """The ruling where the document is not at fault."""
    if _is_busy(status):
        return Ruling("again", reason)
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return Ruling("stop", f"the login may not write there: check its role ({reason})")
    return Ruling("stop", f"the index takes no documents until this is mended ({reason})")


def _taken(item: Mapping[str, Any]) -> Ruling:
    index = str(item.get("_index", ""))
    if item.get("failure_store") == "used" or index.startswith(_FAILURE_STORE):
        return Ruling(
            "refused",
            f"not in the data stream but in its failure store ({index}), where the server's reason stands: search "
            "DATA_STREAM::failures for it",
        )
    return Ruling("taken")


def _condemns(error: Any) -> bool:
    kind = _type_of(error)
    return kind in _CONDEMNED or (
        kind == _ILLEGAL and _ILLEGAL_DOCUMENT.match(str(error.get("reason", ""))) is not None
    )


def _is_busy(status: int) -> bool:
    return status == HTTPStatus.TOO_MANY_REQUESTS or status in _SERVER_ERRORS


def request_ruling(reply: Reply) -> Ruling:
    """What a whole request's answer says that is no success; 413 is `refused`: less at a time may be taken."""
    error = reply.body.get("error")
    reason = f"HTTP {reply.status}: {reason_of(error)}" if error else f"HTTP {reply.status}"
    rule = None if reply.status == HTTPStatus.UNAUTHORIZED else _rule(error)
    if rule is not None:
        return Ruling(rule.verdict, f"{rule.cure} ({reason})")
    if reply.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return Ruling(
            "refused", f"larger than the server takes in one request ({reason}): raise http.max_content_length"
        )
    if _is_busy(reply.status):
        return Ruling("again", reason)
    if reply.status in _REDIRECTS:
        where = f"to {reply.redirect} " if reply.redirect else ""
        return Ruling(
            "stop", f"redirects {where}(HTTP {reply.status}), which is not followed: set hosts to what it means"
        )
    return Ruling("stop", f"{_CURES.get(reply.status, _STRANGE)} ({reason})")


_STRANGE = "the answer is none of a search server: check hosts, and what stands before it"
_CURES = {
    400: "the server does not understand the request: is it Elasticsearch 8 or later, or OpenSearch 2 or later, and "
    "the output's type the right one?",
    401: "the login is rejected: check user and password, or the key",
    403: "the login may not do this: `s1ecs setup --least-privilege` prints the role that collecting needs",
    404: "nothing of a search server is there: check hosts, their path included",
    407: "the proxy wants a login: set proxy: http://USER:PASSWORD@HOST:PORT",
}


class Stopped(OutputError):
    """What stops an output, with the answer that did."""

    def __init__(self, text: str, reply: Reply) -> None:
        super().__init__(text)
        self.reply = reply


def stopped(server: Server, reply: Reply, reason: str) -> Stopped:
    """The error that stops an output: which, by which node, what happened and what to do."""
    return Stopped(": ".join(part for part in (server.name, reply.node, reason) if part), reply)


def strange(server: Server, reply: Reply) -> Stopped:
    """The error where an answer is not what the API's documentation says of it."""
    error = reply.body.get("error")
    return stopped(server, reply, f"{_STRANGE} (HTTP {reply.status}{f': {reason_of(error)}' if error else ''})")


def lacks_parameter(reply: Reply, name: str) -> bool:
    """Whether a request failed only because an older server does not know a parameter of its query."""
    error = reply.body.get("error")
    return (
        reply.status == HTTPStatus.BAD_REQUEST
        and _type_of(error) == _ILLEGAL
        and f"unrecognized parameter: [{name}]" in reason_of(error)
    )


def reason_of(error: Any) -> str:
    """The server's words about an error, from the outside inwards, as one bounded line."""
    texts: list[str] = []
    while isinstance(error, Mapping):
        words = f"{error.get('type', '')}: {error.get('reason', '')}".strip(": ")
        if words and words not in texts:
            texts.append(words)
        error = error.get("caused_by")
    if isinstance(error, str):
        texts.append(error)
    line = " ".join("; ".join(texts).split()) or "no reason given"
    return line if len(line) <= _LONGEST_REASON else f"{line[:_LONGEST_REASON]} ..."


def _rule(error: Any) -> _Rule | None:
    found = _type_of(error)
    words = reason_of(error)
    return next((rule for rule in _RULES if found in rule.types and re.search(rule.words, words)), None)


def _type_of(error: Any) -> str:
    return str(error.get("type", "")) if isinstance(error, Mapping) else ""
