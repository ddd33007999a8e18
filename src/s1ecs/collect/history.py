"""What lies in a stream's data streams on a search server: whose documents, and how far they reach."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from s1ecs.outputs.search.asking import ask
from s1ecs.outputs.search.server import Server
from s1ecs.times import time_text

# Behind the namespace stand the date and the number of a backing index; OpenSearch leaves out the date.
_INDEX = re.compile(r"logs-sentinel_one\.[a-z_]+-(.+?)(?:-[0-9]{4}\.[0-9]{2}\.[0-9]{2})?(?:-[0-9]{6,})?$")

# More backing indices than any server lets one search reach.
_MOST_INDICES = 10_000

_OURS = {"term": {"agent.type": "s1ecs"}}

# A document that tells of a failure has the time of the failure, which says nothing of how far records were read.
_FAILURES = ({"term": {"event.kind": "pipeline_error"}}, {"exists": {"field": "error.message"}})


@dataclass(frozen=True)
class History:
    """What one namespace holds of a stream.

    `documents` are those that Elastic's integration indexed from records, `newest` is the greatest time of them that is
    not in the future, `ingested` when the last of them was indexed, `ours` how many documents s1ecs delivered there.
    """

    documents: int = 0
    newest: datetime | None = None
    ingested: datetime | None = None
    ours: int = 0

    def with_(self, other: "History") -> "History":
        """Both together, as two backing indices of one data stream."""
        return History(
            self.documents + other.documents,
            _later(self.newest, other.newest),
            _later(self.ingested, other.ingested),
            self.ours + other.ours,
        )

    @property
    def reached(self) -> datetime | None:
        """How far the documents reach for certain: no record was read before it was there, nor indexed before that."""
        return min(filter(None, (self.newest, self.ingested)), default=None) if self.newest else None


async def histories(server: Server, stream: str, field: str, now: datetime) -> Mapping[str, History]:
    """By namespace, what the server holds of a stream; `field` has the time by which it is judged.

    One search (`POST /logs-sentinel_one.STREAM-*/_search`), which must reach every shard. Raise OutputError.
    """
    body = await ask(
        server,
        "POST",
        f"/logs-sentinel_one.{stream}-*/_search",
        _question(field, now),
        query={"allow_partial_search_results": "false"},
    )
    found: dict[str, History] = {}
    # Where no index is, the answer has no aggregations.
    for bucket in body.get("aggregations", {}).get("indices", {}).get("buckets", ()):
        index = _INDEX.search(bucket["key"])
        if index is not None:
            namespace = index.group(1)
            found[namespace] = found.get(namespace, History()).with_(_history(bucket))
    return found


def _question(field: str, now: datetime) -> dict[str, Any]:
    until = {"range": {field: {"lte": time_text(now)}}}
    told = {"must": [until], "must_not": [_OURS, *_FAILURES]}
    return {
        "size": 0,
        "track_total_hits": False,
        "aggs": {
            "indices": {
                "terms": {"field": "_index", "size": _MOST_INDICES},
                "aggs": {
                    "theirs": {
                        "filter": {"bool": told},
                        "aggs": {
                            "newest": {"max": {"field": field}},
                            "ingested": {"max": {"field": "event.ingested"}},
                        },
                    },
                    "ours": {"filter": _OURS},
                },
            }
        },
    }


def _history(bucket: Mapping[str, Any]) -> History:
    theirs = bucket["theirs"]
    return History(
        theirs["doc_count"], _moment(theirs["newest"]), _moment(theirs["ingested"]), bucket["ours"]["doc_count"]
    )


def _moment(found: Mapping[str, Any]) -> datetime | None:
    value = found["value"]
    return None if value is None else datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=value)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)
