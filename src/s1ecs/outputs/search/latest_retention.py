"""Removal of latest states that nothing renews: of events and findings, which end without being removed.

Inventories have none: an entity that does not change is not delivered again, however long it exists.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from s1ecs.errors import OutputError
from s1ecs.outputs.search.client.server import Reply, SearchServer
from s1ecs.outputs.search.latest_state import latest_index

_EVERY_SECONDS = 3600.0
# In one request, which is waited for; what is left goes an hour later.
_MOST_AT_ONCE = "10000"
# An index that has no document yet is not there.
_DONE = frozenset({HTTPStatus.OK, HTTPStatus.NOT_FOUND})


class LatestRetention:
    """Removes from an index of latest states, once an hour at most, what arrived more than so many days ago.

    `days` is by stream. Each attempt is made once and holds up nothing: what cannot be removed is logged once, and is
    tried again an hour later.
    """

    def __init__(
        self, server: SearchServer, days: Mapping[str, int], clock: Callable[[], float], warn: Callable[[str], None]
    ) -> None:
        self._server = server
        self._days = days
        self._clock = clock
        self._warn = warn
        self._due: dict[str, float] = {}
        self._said = False

    async def apply(self, stream: str, namespace: str) -> None:
        """Remove what is too old, if it is time to; raises nothing."""
        days, index, now = self._days.get(stream), latest_index(stream, namespace), self._clock()
        if days is None or now < self._due.get(index, now):
            return
        self._due[index] = now + _EVERY_SECONDS
        try:
            reply = await self._remove(index, days)
        except OutputError as error:
            self._tell(index, days, str(error))
            return
        if reply.status not in _DONE:
            cure = "; `s1ecs setup --least-privilege` prints the role that allows it"
            self._tell(index, days, f"HTTP {reply.status}{cure if reply.status == HTTPStatus.FORBIDDEN else ''}")

    async def _remove(self, index: str, days: int) -> Reply:
        query = {"query": {"range": {"event.ingested": {"lt": f"now-{days}d"}}}}
        # Most of the time there is nothing, and a count costs the server little.
        counted = await self._server.request("POST", f"/{index}/_count", query)
        if counted.status != HTTPStatus.OK or not counted.body.get("count"):
            return counted
        options = {"conflicts": "proceed", "max_docs": _MOST_AT_ONCE}
        return await self._server.request("POST", f"/{index}/_delete_by_query", query, query=options)

    def _tell(self, index: str, days: int, reason: str) -> None:
        if not self._said:
            self._said = True
            self._warn(
                f"{self._server.name}: {index}: latest states older than {days} days are not removed ({reason}); "
                "s1ecs retries every hour"
            )
