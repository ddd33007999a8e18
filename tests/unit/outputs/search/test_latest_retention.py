"""Removal of latest states that nothing renews."""

from collections.abc import Mapping
from typing import Any

from s1ecs.errors import OutputError
from s1ecs.outputs.search.client.server import Reply, ServerKind
from s1ecs.outputs.search.latest_retention import LatestRetention


class AskedServer:
    """A server that gives one answer to everything, and remembers what it was asked."""

    kind: ServerKind = "elasticsearch"
    name = "search"

    def __init__(self, status: int = 200, count: int = 1) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.is_silent = False
        self._status = status
        self._count = count

    async def request(
        self, method: str, path: str, body: Any = None, *, query: Any = None, headers: Any = None
    ) -> Reply:
        """Answer."""
        del query, headers
        self.asked.append((f"{method} {path}", body))
        if self.is_silent:
            raise OutputError("search: no answer")
        return Reply(self._status, {"count": self._count} if path.endswith("_count") else {})

    async def close(self) -> None:
        """Nothing is open."""


class Rig:
    """A retention of alerts alone, at a time that a test sets."""

    def __init__(self, status: int = 200, days: Mapping[str, int] | None = None, count: int = 1) -> None:
        self.server = AskedServer(status, count)
        self.time = 0.0
        self.said: list[str] = []
        kept = {"alert": 30} if days is None else days
        self.retention = LatestRetention(self.server, kept, lambda: self.time, self.said.append)


async def test_once_an_hour() -> None:
    """What arrived too long ago is removed from an index at once and every hour, of each namespace by itself."""
    rig = Rig()
    for rig.time in (0.0, 10.0, 3599.0, 3600.0):
        await rig.retention.apply("alert", "default")
    await rig.retention.apply("alert", "other")
    paths = [path for path, _ in rig.server.asked if not path.endswith("_count")]
    default = "POST /sentinel_one-alert-latest-default/_delete_by_query"
    assert paths == [default, default, "POST /sentinel_one-alert-latest-other/_delete_by_query"]
    assert rig.server.asked[0][1] == {"query": {"range": {"event.ingested": {"lt": "now-30d"}}}}


async def test_inventories_keep_what_they_have() -> None:
    """Of a stream without a number of days nothing is removed."""
    rig = Rig()
    await rig.retention.apply("agent", "default")
    assert rig.server.asked == []


async def test_a_login_without_the_privilege_is_told_once() -> None:
    """Where nothing may be removed one line says so; documents go on all the same."""
    rig = Rig(403)
    for rig.time in (0.0, 3600.0):
        await rig.retention.apply("alert", "default")
    [line] = rig.said
    assert "states older than 30 days are not removed (HTTP 403; `s1ecs setup --least-privilege`" in line
    assert len(rig.server.asked) == 2


async def test_an_index_that_is_not_there_is_no_trouble() -> None:
    """Before its first document an index is missing."""
    rig = Rig(404)
    await rig.retention.apply("alert", "default")
    assert rig.said == []


async def test_nothing_too_old_is_asked_once() -> None:
    """Where a count finds nothing, nothing is removed."""
    rig = Rig(count=0)
    await rig.retention.apply("alert", "default")
    assert [path for path, _ in rig.server.asked] == ["POST /sentinel_one-alert-latest-default/_count"]


async def test_a_server_in_trouble_holds_up_nothing() -> None:
    """A server that is busy or silent is asked once an hour; the trouble is logged once and never raised."""
    busy, silent = Rig(429), Rig()
    silent.server.is_silent = True
    for rig in (busy, silent):
        for rig.time in (0.0, 10.0, 3600.0):
            await rig.retention.apply("alert", "default")
        assert len(rig.server.asked) == 2
        [line] = rig.said
        assert line.endswith("s1ecs retries every hour")
