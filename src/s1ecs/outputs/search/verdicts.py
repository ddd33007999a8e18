"""What an answer means for a document, or for a whole request: a table each, nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from s1ecs.errors import OutputError
from s1ecs.outputs.search.server import Reply, Server

# taken: it is there. again: the same later. refused: never as it is. stop: nothing goes now; somebody must mend it.
Verdict = Literal["taken", "again", "refused", "stop"]

_LONGEST_REASON = 1_000
_OK = range(200, 300)
_UNAUTHORIZED = 401
_CONFLICT = 409
_SERVER_ERRORS = range(500, 600)


class Ruling(NamedTuple):
    """What to do, and why: the server's own words, with the cure behind them where it is to stop."""

    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True)
class _Rule:
    """A row: fits where the type of the error is one of these (none: any) and the reason holds the text."""

    types: tuple[str, ...]
    cure: str
    text: str = ""
    verdict: Verdict = "stop"


_SETUP = "run: s1ecs setup"

# The first that fits counts, before the status does.
_RULES = (
    # A server that has just begun.
    _Rule(("cluster_block_exception",), "the cluster is not ready yet", text="state not recovered", verdict="again"),
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
        text="pipeline with id [",
    ),
    _Rule(
        ("illegal_argument_exception", "validation_exception"),
        "the cluster has no room for another index: raise cluster.max_shards_per_node or remove old indices",
        text="maximum normal shards open",
    ),
)


def ruling(item: Mapping[str, Any]) -> Ruling:
    """What one item of a bulk answer says about its document."""
    status = item.get("status", 0)
    if status in _OK or status == _CONFLICT:
        return Ruling("taken")
    reason = reason_of(item.get("error"))
    rule = _rule(item.get("error"))
    if rule is not None:
        return Ruling(rule.verdict, f"{rule.cure} ({reason})")
    if status == 429 or status in _SERVER_ERRORS:  # noqa: PLR2004 - HTTP: too many requests
        return Ruling("again", f"HTTP {status}: {reason}")
    if status in {401, 403}:
        return Ruling("stop", f"the login may not write there: check its role (HTTP {status}: {reason})")
    return Ruling("refused", reason)


def request_ruling(reply: Reply) -> Ruling:
    """What a whole request's answer says that is no success; 413 is `refused`: less at a time may be taken."""
    error = reply.body.get("error")
    reason = f"HTTP {reply.status}: {reason_of(error)}" if error else f"HTTP {reply.status}"
    rule = None if reply.status == _UNAUTHORIZED else _rule(error)
    if rule is not None:
        return Ruling(rule.verdict, f"{rule.cure} ({reason})")
    if reply.status == 413:  # noqa: PLR2004 - HTTP: too large
        return Ruling(
            "refused", f"larger than the server takes in one request ({reason}): raise http.max_content_length"
        )
    if reply.status == 429 or reply.status in _SERVER_ERRORS:  # noqa: PLR2004 - HTTP: too many requests
        return Ruling("again", reason)
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


def stopped(server: Server, reply: Reply, reason: str) -> OutputError:
    """The error that stops an output: which, by which node, what happened and what to do."""
    return OutputError(": ".join(part for part in (server.name, reply.node, reason) if part))


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
    if not isinstance(error, Mapping):
        return None
    found = str(error.get("type", ""))
    words = reason_of(error)
    return next((rule for rule in _RULES if found in rule.types and rule.text in words), None)
