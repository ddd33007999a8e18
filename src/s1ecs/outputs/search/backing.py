"""The backing indices of a data stream: how many there are, since when, and what is in them already.

`create` refuses an id that the newest of them holds and knows nothing of the others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from s1ecs.errors import OutputError
from s1ecs.outputs.search.server import Reply, Server
from s1ecs.outputs.search.verdicts import request_ruling, stopped

# An event's time is by the console's clock, an index's by the server's.
_MARGIN = timedelta(hours=1)
# Known for that long; a document that is old by then may meet an index more than is known.
_KEPT_SECONDS = 10.0
_IDS_AT_ONCE = 500
_MOST_HITS = 10_000
_OK = 300
_NOT_FOUND = 404


@dataclass(frozen=True)
class Backing:
    """The indices by name with their creation; none where there is no data stream yet."""

    created: Mapping[str, datetime]

    @property
    def newest(self) -> datetime:
        """When the newest was made."""
        return max(self.created.values())

    def may_hold(self, document: Mapping[str, Any], now: datetime) -> bool:
        """Whether an index other than the newest may hold the document, by its `@timestamp`.

        What happened after the newest was made can't have been delivered before.
        """
        if len(self.created) < 2:  # noqa: PLR2004 - the newest alone guards itself
            return False
        try:
            if document["@timestamp"] == document["event"].get("created"):
                return True  # when it was fetched, which says nothing about when it first was
            moment = datetime.fromisoformat(document["@timestamp"])
            return not self.newest + _MARGIN < moment <= now + _MARGIN
        except (KeyError, TypeError, ValueError):
            return True


class BackingIndices:
    """What is known about one data stream."""

    def __init__(self, server: Server, data_stream: str, clock: Callable[[], float]) -> None:
        self._server = server
        self._name = data_stream
        self._clock = clock
        self._known: Backing | None = None
        self._read_at = 0.0
        self._refreshed: frozenset[str] = frozenset()

    async def known(self) -> Backing:
        """The indices, read lately; raise OutputError."""
        if self._known is None or self._clock() - self._read_at > _KEPT_SECONDS:
            asked_at = self._clock()
            reply = await self._server.request("GET", f"/{self._name}/_settings/index.creation_date")
            self._known = Backing({} if reply.status == _NOT_FOUND else _creations(self._good(reply).body))
            self._read_at = asked_at
        return self._known

    def seen(self, index: str) -> None:
        """A document went into this index."""
        if self._known is not None and index not in self._known.created:
            self._known = None

    def forget(self) -> None:
        """Read anew at the next use."""
        self._known = None

    async def present(self, ids: Sequence[str], *, lately: bool) -> frozenset[str]:
        """Those of `ids` that any index holds; raise OutputError.

        `lately`: they may have come lately. What is not visible yet is made so, else only when indices changed, because
        nothing comes into an older one.
        """
        backing = await self.known()
        indices = frozenset(backing.created)
        if not indices or not ids:
            return frozenset()
        if lately or indices != self._refreshed:
            self._good(await self._server.request("POST", f"/{self._name}/_refresh"))
            self._refreshed = indices
        found: set[str] = set()
        for start in range(0, len(ids), _IDS_AT_ONCE):
            found |= await self._search(ids[start : start + _IDS_AT_ONCE], len(indices))
        return frozenset(found)

    async def _search(self, ids: Sequence[str], indices: int) -> frozenset[str]:
        reply = await self._server.request(
            "POST",
            f"/{self._name}/_search",
            {
                "query": {"ids": {"values": list(ids)}},
                "_source": False,
                "size": min(len(ids) * indices, _MOST_HITS),
                "track_total_hits": True,
            },
            query={
                "filter_path": "error,status,timed_out,_shards.failed,_shards.failures.reason,hits.total,hits.hits._id"
            },
        )
        if reply.status == _NOT_FOUND:
            return frozenset()
        answer = self._good(reply).body
        if answer.get("timed_out") or answer.get("_shards", {}).get("failed"):
            raise OutputError(
                f"{self._server.name}: {self._name} can't be searched whole for what is there already: look at "
                "`GET _cluster/allocation/explain` and at the nodes"
            )
        hits = answer["hits"].get("hits", [])
        if len(hits) < answer["hits"]["total"]["value"] and len(ids) > 1:
            middle = len(ids) // 2
            return await self._search(ids[:middle], indices) | await self._search(ids[middle:], indices)
        return frozenset(hit["_id"] for hit in hits)

    def _good(self, reply: Reply) -> Reply:
        if reply.status < _OK:
            return reply
        raise stopped(self._server, reply, f"{self._name}: {request_ruling(reply).reason}")


def _creations(body: Mapping[str, Any]) -> Mapping[str, datetime]:
    return {
        name: datetime.fromtimestamp(int(about["settings"]["index"]["creation_date"]) / 1000, UTC)
        for name, about in body.items()
    }
