"""What stands in a search server's answers, endpoint by endpoint; one of another shape is none of a search server.

Every function here raises OutputError for that, and none takes what is missing for nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NamedTuple

from s1ecs.outputs.search.server import Reply, Server
from s1ecs.outputs.search.verdicts import request_ruling, stopped, strange

_SUCCESS = range(200, 300)


class Found(NamedTuple):
    """The ids that a search for ids brought, of so many documents that fit."""

    ids: Sequence[str]
    total: int


def is_success(server: Server, reply: Reply, what: str) -> bool:
    """Whether the server did what was asked about `what`, or else answered that it is not there (404).

    Raise OutputError for all else.
    """
    if reply.status not in _SUCCESS and reply.status != HTTPStatus.NOT_FOUND:
        raise stopped(server, reply, f"{what}: {request_ruling(reply).reason}")
    if not reply.is_json:
        raise strange(server, reply)
    return reply.status in _SUCCESS


def creations(server: Server, reply: Reply) -> Mapping[str, datetime]:
    """Indices with when they were made, of `GET /NAME/_settings/index.creation_date`."""
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


def hits(server: Server, reply: Reply) -> Found | None:
    """What a search found (`POST /NAME/_search`), None where it could not search everything."""
    body = reply.body
    try:
        whole = body["timed_out"] is False and body["_shards"]["failed"] == 0
        # Left out where there is none.
        found = Found([str(hit["_id"]) for hit in body["hits"].get("hits", ())], int(body["hits"]["total"]["value"]))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise strange(server, reply) from None
    return found if whole else None


def items(server: Server, reply: Reply, sent: int) -> list[Mapping[str, Any]]:
    """What became of each of the lines that were sent (`POST /NAME/_bulk`), in their order; each has a status."""
    found = reply.body.get("items")
    if not reply.is_json or not isinstance(found, list) or len(found) != sent:
        raise strange(server, reply)
    inner: list[Mapping[str, Any]] = []
    for each in found:
        about = [*each.values()] if isinstance(each, dict) else []
        if len(about) != 1 or not isinstance(about[0], dict) or not isinstance(about[0].get("status"), int):
            raise strange(server, reply)
        inner.append(about[0])
    return inner
