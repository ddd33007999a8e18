"""A search by ids over all backing indices of a data stream."""

from collections.abc import Sequence

from s1ecs.errors import OutputError
from s1ecs.outputs.search.backing_indices import BackingIndices
from s1ecs.outputs.search.client.server import Reply, SearchServer
from s1ecs.outputs.search.error_rules import reason_of
from s1ecs.outputs.search.responses import all_shards, hits, is_success

_IDS_AT_ONCE = 500
_MOST_HITS = 10_000
_ANSWER = "error,status,timed_out,_shards.failed,_shards.failures.reason,hits.total,hits.hits._id"
# What an index says whose index.max_result_window is smaller than the hits that were asked for.
_TOO_MANY_HITS = "Result window is too large"


class IdLookup:
    """A lookup of ids in one data stream."""

    def __init__(self, server: SearchServer, data_stream: str, backing: BackingIndices) -> None:
        self._server = server
        self._name = data_stream
        self._backing = backing
        self._refreshed: frozenset[str] = frozenset()

    async def present(self, ids: Sequence[str], *, lately: bool) -> frozenset[str]:
        """Return the ids that any index holds; raise OutputError.

        `lately`: they may have come lately. What is not visible yet is made so, else only when indices changed, because
        nothing comes into an older one.
        """
        indices = frozenset((await self._backing.known()).created)
        if not indices or not ids:
            return frozenset()
        if lately or indices != self._refreshed:
            await self._refresh()
            self._refreshed = indices
        found: set[str] = set()
        for start in range(0, len(ids), _IDS_AT_ONCE):
            found |= await self._search(ids[start : start + _IDS_AT_ONCE], len(indices))
        return frozenset(found)

    async def _refresh(self) -> None:
        reply = await self._server.request("POST", f"/{self._name}/_refresh")
        if is_success(self._server, reply, self._name) and not all_shards(reply):
            raise self._partly()

    def _partly(self) -> OutputError:
        return OutputError(
            f"{self._server.name}: {self._name} cannot be searched completely for existing documents: check `GET "
            "_cluster/allocation/explain` and the nodes"
        )

    async def _search(self, ids: Sequence[str], indices: int) -> frozenset[str]:
        reply = await self._server.request(
            "POST",
            f"/{self._name}/_search",
            {
                "query": {"ids": {"values": list(ids)}},
                "_source": False,
                # Of one id a single hit tells enough, however small the window is.
                "size": min(len(ids) * indices, _MOST_HITS) if len(ids) > 1 else 1,
                "track_total_hits": True,
            },
            query={"filter_path": _ANSWER},
        )
        if len(ids) > 1 and _is_too_much(reply):
            return await self._by_halves(ids, indices)
        if not is_success(self._server, reply, self._name):
            return frozenset()
        found = hits(self._server, reply)
        if found is None:
            raise self._partly()
        if len(found.ids) < found.total and len(ids) > 1:
            return await self._by_halves(ids, indices)
        return frozenset(found.ids)

    async def _by_halves(self, ids: Sequence[str], indices: int) -> frozenset[str]:
        middle = len(ids) // 2
        return await self._search(ids[:middle], indices) | await self._search(ids[middle:], indices)


def _is_too_much(reply: Reply) -> bool:
    """Return whether some index, or each, returns fewer hits at a time than requested."""
    shards = reply.body.get("_shards")
    failures = shards.get("failures") if isinstance(shards, dict) else None
    errors = [reply.body.get("error"), *(failures if isinstance(failures, list) else ())]
    # A shard's failure holds its error as `reason`.
    causes = [
        each["reason"] if isinstance(each, dict) and isinstance(each.get("reason"), dict) else each for each in errors
    ]
    return any(_TOO_MANY_HITS in reason_of(each) for each in causes)
