"""Removal of latest states that nothing renews: of events and findings, which end without being removed.

Inventories have none: an entity that does not change is not delivered again, however long it exists.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from s1ecs.outputs.search.client.server import SearchServer
from s1ecs.outputs.search.latest_state import latest_index

_EVERY_SECONDS = 3600.0
# An index that has no document yet is not there.
_DONE = frozenset({HTTPStatus.OK, HTTPStatus.NOT_FOUND})


class LatestRetention:
    """Removes from an index of latest states, once an hour at most, what arrived more than so many days ago.

    `days` is by stream. What cannot be removed is said once, and tried again: it is in nobody's way.
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
        """Remove what is too old, if it is time to."""
        days, index, now = self._days.get(stream), latest_index(stream, namespace), self._clock()
        if days is None or now < self._due.get(index, now):
            return
        self._due[index] = now + _EVERY_SECONDS
        query = {"range": {"event.ingested": {"lt": f"now-{days}d"}}}
        path = f"/{index}/_delete_by_query"
        options = {"conflicts": "proceed", "wait_for_completion": "false"}
        reply = await self._server.request("POST", path, {"query": query}, query=options)
        if reply.status not in _DONE and not self._said:
            self._said = True
            self._warn(
                f"{self._server.name}: {index}: states older than {days} days are not removed (HTTP {reply.status}); "
                "`s1ecs setup --least-privilege` prints the role that allows it"
            )
