"""Parsers of a search server's responses, one per endpoint.

Every function here raises OutputError for that, and none takes what is missing for nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NamedTuple

from s1ecs.outputs.search.bulk import BulkLine, LineKey
from s1ecs.outputs.search.client.server import Reply, SearchServer
from s1ecs.outputs.search.error_rules import request_ruling, stopped, strange

_SUCCESS = range(200, 300)


class SearchHits(NamedTuple):
    """The ids found by a search, and the total number of matching documents."""

    ids: Sequence[str]
    total: int


def is_success(server: SearchServer, reply: Reply, what: str) -> bool:
    """Return whether the server did what was requested about `what`, or else responded that it is missing (404).

    Raise OutputError for all else.
    """
    if reply.status not in _SUCCESS and reply.status != HTTPStatus.NOT_FOUND:
        raise stopped(server, reply, f"{what}: {request_ruling(reply).reason}")
    if not reply.is_json:
        raise strange(server, reply)
    return reply.status in _SUCCESS


def creations(server: SearchServer, reply: Reply) -> Mapping[str, datetime]:
    """Return indices with their creation times, of `GET /NAME/_settings/index.creation_date`."""
    try:
        found = {
            str(name): datetime.fromtimestamp(int(about["settings"]["index"]["creation_date"]) / 1000, UTC)
            for name, about in reply.body.items()
        }
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        found = {}
    if not found:
        # What has none at all is answered by 404.
        raise strange(server, reply)
    return found


def all_shards(reply: Reply) -> bool:
    """Return whether no shard failed (`POST /NAME/_refresh`)."""
    shards = reply.body.get("_shards")
    return not (isinstance(shards, Mapping) and shards.get("failed"))


def hits(server: SearchServer, reply: Reply) -> SearchHits | None:
    """Return the hits of a search (`POST /NAME/_search`), None where it could not search everything."""
    body = reply.body
    try:
        whole = body["timed_out"] is False and body["_shards"]["failed"] == 0
        # Left out where there is none.
        found = SearchHits(
            [str(hit["_id"]) for hit in body["hits"].get("hits", ())], int(body["hits"]["total"]["value"])
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise strange(server, reply) from None
    return found if whole else None


def items(server: SearchServer, reply: Reply, lines: Sequence[BulkLine]) -> list[Mapping[str, Any] | None]:
    """Return the item of each line that was sent (`POST /NAME/_bulk`), matched by action and `_id`.

    None where the answer does not tell: no item, or another number of them than there are lines of that id.
    """
    found = reply.body.get("items")
    if not reply.is_json or not isinstance(found, list):
        raise strange(server, reply)
    told: dict[LineKey, list[Mapping[str, Any]]] = {}
    for each in found:
        for action, about in each.items() if isinstance(each, dict) else ():
            if isinstance(about, dict) and isinstance(about.get("status"), int):
                told.setdefault(LineKey(action, str(about.get("_id", ""))), []).append(about)
    sent = Counter(line.key for line in lines)
    sound = {key: iter(abouts) for key, abouts in told.items() if len(abouts) == sent[key]}
    if not sound:
        raise strange(server, reply)
    return [next(sound[line.key]) if line.key in sound else None for line in lines]
