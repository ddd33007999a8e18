"""Tables from errors of search servers to verdicts about a document or a whole request."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal, NamedTuple

from s1ecs.errors import OutputError, all_of
from s1ecs.masking import masked
from s1ecs.outputs.search.client.server import Reply, SearchServer

# taken: it is there. again: the same later. refused: never as it is. stop: nothing goes now; somebody must mend it.
DocumentVerdict = Literal["taken", "again", "refused", "stop"]

_LONGEST_REASON = 1_000
# Where an error has others beside it; of a search each shard's own.
_ERROR_LISTS = ("root_cause", "failed_shards", "suppressed")
_OK = range(200, 300)
_REDIRECTS = range(300, 400)
_SERVER_ERRORS = range(500, 600)
# Where documents lie that a data stream with a failure store did not take.
_FAILURE_STORE = ".fs-"


# What is asked of an index before words about it count: whether it is there, and what it is set to.
RulingDoubt = Literal["", "there", "mode", "final_pipeline"]


class Ruling(NamedTuple):
    """A verdict and its reason: the server's own words, followed by the cure where the output must stop.

    With `doubt` the words may come from the document: the server is asked whether its index is at fault. `own`: it may
    be the document's, or this request's, own fault; the others tell.
    """

    verdict: DocumentVerdict
    reason: str = ""
    doubt: RulingDoubt = ""
    own: bool = False


@dataclass(frozen=True)
class _Rule:
    """A row that matches errors of these types whose reason begins with the pattern.

    A reason may quote the document anywhere but at its beginning. With `words` a rule is about what happens before any
    index takes a document, unless it is `of_index`; `doubt` is what the index is asked where that can't be seen.
    """

    types: tuple[str, ...]
    cure: str
    words: str = ""
    verdict: DocumentVerdict = "stop"
    of_index: bool = False
    doubt: RulingDoubt = ""


_SETUP = "run: s1ecs setup"
_NO_ROOM = "the cluster has no room for another index: raise cluster.max_shards_per_node or remove old indices"

# The first that fits counts, before the status does.
_RULES = (
    # A server that has just begun.
    _Rule(
        ("cluster_block_exception",),
        "the cluster is not ready yet",
        words=".*state not recovered",
        verdict="again",
        of_index=True,
    ),
    _Rule(
        ("cluster_block_exception", "index_create_block_exception"),
        "the index is blocked or read-only: free disk space on the nodes, or lift the block "
        "(index.blocks.*, cluster.blocks.*)",
    ),
    _Rule(("index_closed_exception",), "the index is closed: open it (POST INDEX/_open)"),
    _Rule(
        ("unavailable_shards_exception", "no_shard_available_action_exception"),
        "shards of the index are not available: check `GET _cluster/allocation/explain` and the nodes",
    ),
    _Rule(
        ("security_exception",),
        "the user is not allowed to write there: `s1ecs setup --least-privilege` prints the role required by "
        "collecting",
    ),
    _Rule(("index_not_found_exception",), f"no index template defines it as a data stream: {_SETUP}"),
    _Rule(
        ("illegal_argument_exception",),
        "the index template names a final_pipeline that does not exist: remove index.final_pipeline or create that "
        "pipeline",
        words=r"pipeline with id \[",
        doubt="final_pipeline",
    ),
    _Rule(("validation_exception",), _NO_ROOM, words="maximum .*shards open|.* maximum .*shards open"),
    _Rule(
        ("illegal_argument_exception",),
        _NO_ROOM,
        words=r"(Validation Failed: 1: )?this action would add \[\d+\] .*shards open",
        doubt="there",
    ),
    _Rule(
        ("mapper_parsing_exception",),
        f"no index can be created from the index template: correct its mapping, or {_SETUP}",
        words="Failed to parse mapping",
        doubt="there",
    ),
    _Rule(
        ("document_parsing_exception",),
        "the index template creates a time series, which does not accept documents with ids: remove index.mode from it",
        # [line:column], which not every version tells.
        words=r"(\[\d+:\d+\] )?failed to parse: _id must be unset or set to \[",
        of_index=True,
        doubt="mode",
    ),
    _Rule(
        ("illegal_argument_exception",),
        "the index is full: roll it over",
        words="Number of documents in the ",
        of_index=True,
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


def ruling(item: Mapping[str, Any], data_stream: str | None = None, *, cleared: bool = False) -> Ruling:
    """Return the verdict of one item of a bulk response, for a document sent to a data stream or to an index.

    An item that names another index than the data stream is about a document that reached this index. `cleared`: the
    server was asked, and the index is not at fault.
    """
    status = item.get("status", 0)
    error = item.get("error")
    if status in _OK:
        return _taken(item)
    if status == HTTPStatus.CONFLICT and _type_of(error) == "version_conflict_engine_exception":
        return Ruling("taken")
    reason = reason_of(error)
    index = item.get("_index")
    reached = bool(index) and data_stream is not None and index != data_stream
    rule = _rule(error)
    if rule is not None and rule.words and (cleared or (reached and not rule.of_index)):
        rule = None
    if rule is not None:
        doubt = rule.doubt if rule.of_index or data_stream is None else ""
        return Ruling(rule.verdict, f"{rule.cure} ({reason})", doubt)
    if cleared or status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or _condemns(error):
        return Ruling("refused", reason)
    return _not_now(status, f"HTTP {status}: {reason}")


def _not_now(status: int, reason: str) -> Ruling:
    """Return the ruling where the document is not at fault."""
    if _is_busy(status):
        return Ruling("again", reason)
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return Ruling("stop", f"the user is not allowed to write there: check its role ({reason})")
    own = status == HTTPStatus.BAD_REQUEST
    return Ruling("stop", f"the index accepts no documents until this is fixed ({reason})", own=own)


def _taken(item: Mapping[str, Any]) -> Ruling:
    index = str(item.get("_index", ""))
    if item.get("failure_store") == "used" or index.startswith(_FAILURE_STORE):
        return Ruling(
            "refused",
            f"stored in the failure store ({index}) instead of the data stream: search DATA_STREAM::failures for "
            "the server's reason",
        )
    return Ruling("taken")


def _condemns(error: Any) -> bool:
    kind = _type_of(error)
    return kind in _CONDEMNED or (
        kind == _ILLEGAL and _ILLEGAL_DOCUMENT.match(str(error.get("reason", ""))) is not None
    )


def exceeds(error: Any, size: int, documents: int) -> bool:
    """Return whether a server reports that it can never accept a request of this size, however idle it is.

    It tells what is under way, what the request would add, and its limit. What is under way may be the request itself.
    """
    told = re.match(_PRESSURE, str(error.get("reason", ""))) if _type_of(error) in _REJECTED else None
    if told is None:
        return False
    under_way, added, limit = map(int, told.groups())
    itself = size * _OVERHEAD + documents * _BYTES_A_DOCUMENT
    return added > limit or (under_way <= itself and under_way + added > limit)


_REJECTED = frozenset({"es_rejected_execution_exception", "rejected_execution_exception"})
_PRESSURE = (
    r"rejected execution of \w+ operation \[coordinating_and_primary_bytes=(\d+), .*\w+_operation_bytes=(\d+), "
    r"max_\w+_bytes=(\d+)\]"
)
# What a server counts for a document beside its bytes.
_OVERHEAD, _BYTES_A_DOCUMENT = 1.1, 1_000


def _is_busy(status: int) -> bool:
    return status == HTTPStatus.TOO_MANY_REQUESTS or status in _SERVER_ERRORS


def request_ruling(reply: Reply) -> Ruling:
    """Return the verdict of a failed request as a whole; 413 is `refused`: a smaller one may be accepted."""
    error = reply.body.get("error")
    reason = f"HTTP {reply.status}: {reason_of(error)}" if error else f"HTTP {reply.status}"
    rule = None if reply.status == HTTPStatus.UNAUTHORIZED else _rule(error)
    if rule is not None:
        return Ruling(rule.verdict, f"{rule.cure} ({reason})")
    if reply.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return Ruling(
            "refused", f"larger than the server accepts in one request ({reason}): raise http.max_content_length"
        )
    if _is_busy(reply.status):
        return Ruling("again", reason)
    if reply.status in _REDIRECTS:
        where = f"to {reply.redirect} " if reply.redirect else ""
        return Ruling(
            "stop", f"redirects {where}(HTTP {reply.status}), which is not followed: set hosts to the final address"
        )
    own = reply.status in _MAY_BE_OWN and "unrecognized parameter" not in reason
    return Ruling("stop", f"{_CURES.get(reply.status, _STRANGE)} ({reason})", own=own)


# A request may be refused for one document in it: for its id by the server, for its text by what stands before it.
_MAY_BE_OWN = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN})
_STRANGE = "the response is not from a search server: check hosts and any proxy or gateway in front of it"
_CURES = {
    400: "the server does not understand the request: is it Elasticsearch 8 or later, or OpenSearch 2 or later, and "
    "the output's type the right one?",
    401: "the credentials are rejected: check user and password, or the API key",
    403: "the user is not allowed to do this: `s1ecs setup --least-privilege` prints the role required by collecting",
    404: "there is no search server at this address: check hosts, including the path",
    407: "the proxy requires credentials: set proxy: http://USER:PASSWORD@HOST:PORT",
}


class Stopped(OutputError):
    """An error that stops an output, with the reply that caused it."""

    def __init__(self, text: str, reply: Reply) -> None:
        super().__init__(text)
        self.reply = reply


def stopped(server: SearchServer, reply: Reply, reason: str) -> Stopped:
    """Return the error that stops an output, with its name, the node, the reason and the cure."""
    return Stopped(": ".join(part for part in (server.name, reply.node, reason) if part), reply)


def strange(server: SearchServer, reply: Reply) -> Stopped:
    """Return the error for a reply that does not have its documented form."""
    error = reply.body.get("error")
    return stopped(server, reply, f"{_STRANGE} (HTTP {reply.status}{f': {reason_of(error)}' if error else ''})")


def lacks_parameter(reply: Reply, name: str) -> bool:
    """Return whether a request failed only because an older server does not know a parameter of its query."""
    error = reply.body.get("error")
    return (
        reply.status == HTTPStatus.BAD_REQUEST
        and _type_of(error) == _ILLEGAL
        and f"unrecognized parameter: [{name}]" in reason_of(error)
    )


def lacks_pipeline(error: Any, pipeline: str) -> bool:
    """Return whether a document was refused because a pipeline of this name is missing, by the server's words."""
    return _type_of(error) == _ILLEGAL and str(error.get("reason", "")).startswith(f"pipeline with id [{pipeline}]")


def reason_of(error: Any) -> str:
    """Return the server's words about an error, from the outside inwards, as one bounded line."""
    texts: list[str] = []
    beside: list[str] = []
    while isinstance(error, Mapping):
        texts.append(_words_of(error))
        beside += [_words_of(each) for name in _ERROR_LISTS for each in _mappings(error.get(name))]
        error = error.get("caused_by")
    if isinstance(error, str):
        texts.append(error)
    # Before it is cut: of a secret that is cut through no form would be found.
    line = masked(" ".join(all_of([*texts, *beside]).split())) or "no reason given"
    return line if len(line) <= _LONGEST_REASON else f"{line[:_LONGEST_REASON]} ..."


def _words_of(error: Mapping[str, Any]) -> str:
    reason = error.get("reason", "")
    # A shard's failure holds its error as `reason`.
    return _words_of(reason) if isinstance(reason, Mapping) else f"{error.get('type', '')}: {reason}".strip(": ")


def _mappings(found: Any) -> list[Mapping[str, Any]]:
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _rule(error: Any) -> _Rule | None:
    found = _type_of(error)
    words = str(error.get("reason", "")) if isinstance(error, Mapping) else ""
    return next((rule for rule in _RULES if found in rule.types and re.match(rule.words, words)), None)


def _type_of(error: Any) -> str:
    return str(error.get("type", "")) if isinstance(error, Mapping) else ""
