"""The documents in a stream's data streams on a search server: whose they are, and how far they reach."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from s1ecs.outputs.search.admin_requests import ask
from s1ecs.outputs.search.client.server import SearchServer
from s1ecs.timestamps import time_text

# A namespace holds no hyphen. Behind it stand the date and the number of a backing index; OpenSearch leaves out the
# date, and what was copied from an older index may have more behind.
_INDEX = re.compile(r"logs-sentinel_one\.[a-z_]+-([^-]+)(?:-.*)?$")

# More backing indices than any server lets one search reach.
_MOST_INDICES = 10_000

_MOST_VERSIONS = 100  # of ECS, in one backing index

_OURS = {"term": {"agent.type": "s1ecs"}}

# A document that tells of a failure has the time of the failure, which says nothing of how far records were read: of
# a failed request it has no kind; of a record that could not be mapped it has this one, but so has a record of which
# only one value could not. `error.message` alone says no more than that some value was odd, as in most alerts.
_FAILED_REQUEST = {
    "bool": {"must": {"exists": {"field": "error.message"}}, "must_not": {"exists": {"field": "event.kind"}}}
}
_FAILED_RECORD = {"term": {"event.kind": "pipeline_error"}}
_OF_RECORD = {"exists": {"field": "sentinel_one"}}


@dataclass(frozen=True)
class History:
    """The documents of a stream in one namespace.

    `documents` are those that Elastic's integration indexed from records, `newest` is the greatest time of them that is
    not in the future, `ingested` when the last of them was indexed, `ours` how many documents s1ecs delivered there.
    `untimed` are those of the integration that lack the time by which the stream is judged. `newest_ecs` is the
    `ecs.version` of the newest document that is not in the future, whoever made it, with its time.
    """

    documents: int = 0
    newest: datetime | None = None
    ingested: datetime | None = None
    ours: int = 0
    untimed: int = 0
    newest_ecs: tuple[datetime, str] | None = None

    def with_(self, other: "History") -> "History":
        """Both together, as two backing indices of one data stream."""
        return History(
            self.documents + other.documents,
            _later(self.newest, other.newest),
            _later(self.ingested, other.ingested),
            self.ours + other.ours,
            self.untimed + other.untimed,
            max(filter(None, (self.newest_ecs, other.newest_ecs)), default=None),
        )

    @property
    def reached(self) -> datetime | None:
        """The time that the documents reach for certain: no record was read before it was there, nor indexed before."""
        return min(filter(None, (self.newest, self.ingested)), default=None) if self.newest else None


async def histories(server: SearchServer, stream: str, field: str, now: datetime) -> Mapping[str, History]:
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
    failed: dict[str, History] = {}
    # Where no index is, the answer has no aggregations.
    for bucket in body.get("aggregations", {}).get("indices", {}).get("buckets", ()):
        index = _INDEX.search(bucket["key"])
        if index is not None:
            namespace = index.group(1)
            found[namespace] = found.get(namespace, History()).with_(_history(bucket))
            failed[namespace] = failed.get(namespace, History()).with_(_told(bucket.get("failed")))
    return {name: history if history.documents else history.with_(failed[name]) for name, history in found.items()}


def _question(field: str, now: datetime) -> dict[str, Any]:
    until = {"range": {field: {"lte": time_text(now)}}}
    # A time of collecting stands in for a record's own in no other field.
    failures = (_FAILED_REQUEST, _FAILED_RECORD) if field == "@timestamp" else (_FAILED_REQUEST,)
    theirs = {"must": [until], "must_not": [_OURS, *failures]}
    # Where there are no others these are judged by, rather than taken for nothing.
    failed = {"must": [until, _FAILED_RECORD, _OF_RECORD], "must_not": [_OURS]}
    untimed = {"must": [_OF_RECORD], "must_not": [_OURS, {"exists": {"field": field}}]}
    newest = {"newest": {"max": {"field": field}}, "ingested": {"max": {"field": "event.ingested"}}}
    versions = {
        "of": {
            "terms": {"field": "ecs.version", "size": _MOST_VERSIONS},
            "aggs": {"newest": {"max": {"field": "@timestamp"}}},
        }
    }
    return {
        "size": 0,
        "track_total_hits": False,
        "aggs": {
            "indices": {
                "terms": {"field": "_index", "size": _MOST_INDICES},
                "aggs": {
                    "theirs": {"filter": {"bool": theirs}, "aggs": newest},
                    "failed": {"filter": {"bool": failed}, "aggs": newest},
                    "untimed": {"filter": {"bool": untimed}},
                    "ours": {"filter": _OURS},
                    "versions": {"filter": {"range": {"@timestamp": {"lte": time_text(now)}}}, "aggs": versions},
                },
            }
        },
    }


def _history(bucket: Mapping[str, Any]) -> History:
    untimed = bucket.get("untimed", {}).get("doc_count", 0)
    versions = [
        (moment, version["key"])
        for version in bucket.get("versions", {}).get("of", {}).get("buckets", ())
        if (moment := _moment(version["newest"])) is not None
    ]
    return replace(
        _told(bucket["theirs"]),
        ours=bucket["ours"]["doc_count"],
        untimed=untimed,
        newest_ecs=max(versions, default=None),
    )


def _told(found: Mapping[str, Any] | None) -> History:
    if found is None:
        return History()
    return History(found["doc_count"], _moment(found["newest"]), _moment(found["ingested"]))


def _moment(found: Mapping[str, Any]) -> datetime | None:
    value = found["value"]
    return None if value is None else datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=value)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)
