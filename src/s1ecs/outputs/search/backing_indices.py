"""The backing indices of a data stream: names, creation times, and the documents that an older one may hold.

`create` refuses an id that the newest of them holds and knows nothing of the others.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from s1ecs.outputs.search.client.server import SearchServer
from s1ecs.outputs.search.responses import creations, is_success

# An event's time is by the console's clock, an index's by the server's.
_MARGIN = timedelta(hours=1)
# Known for that long; a document that is old by then may meet an index more than is known.
_KEPT_SECONDS = 1.0


@dataclass(frozen=True)
class Backing:
    """The indices by name with their creation; none where there is no data stream yet."""

    created: Mapping[str, datetime]

    @property
    def newest(self) -> datetime:
        """The creation time of the newest index."""
        return max(self.created.values())

    def may_hold(self, document: Mapping[str, Any], now: datetime) -> bool:
        """Return whether an index other than the newest may hold the document, by its record's own time.

        What happened after the newest was made can't have been delivered before.
        """
        if len(self.created) < 2:  # noqa: PLR2004 - the newest alone guards itself
            return False
        moment = _own_time(document)
        return moment is None or not self.newest + _MARGIN < moment <= now + _MARGIN


class BackingIndices:
    """The known backing indices of one data stream."""

    def __init__(self, server: SearchServer, data_stream: str, clock: Callable[[], float]) -> None:
        self._server = server
        self._name = data_stream
        self._clock = clock
        self._known: Backing | None = None
        self._read_at = 0.0

    async def known(self) -> Backing:
        """Return the indices, read recently (`GET /NAME/_settings/index.creation_date`); raise OutputError."""
        if self._known is None or self._clock() - self._read_at > _KEPT_SECONDS:
            asked_at = self._clock()
            reply = await self._server.request("GET", f"/{self._name}/_settings/index.creation_date")
            there = is_success(self._server, reply, self._name)
            self._known = Backing(creations(self._server, reply) if there else {})
            self._read_at = asked_at
        return self._known

    def seen(self, index: str) -> None:
        """Note that a document was stored in this index."""
        if self._known is not None and index not in self._known.created:
            self._known = None

    def forget(self) -> None:
        """Discard what is known; the next use reads it again."""
        self._known = None


def _own_time(document: Mapping[str, Any]) -> datetime | None:
    """Return the time of the record itself; None where `@timestamp` may be the time of the request.

    That it is another is only sure where the document holds both. Input `cel` does not write down when it fetched.
    """
    try:
        fetched = document["event"]["created"]
        if document["input"]["type"] != "httpjson" or document["@timestamp"] == fetched:
            return None
        moment = datetime.fromisoformat(document["@timestamp"])
    except (KeyError, TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None
