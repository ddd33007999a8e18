"""A console whose clock anybody may set, asked in every stream's way, with what was delivered of it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import orjson

from s1ecs.collect.feed import Feed
from s1ecs.collect.pace import Pace
from s1ecs.ecs.redaction import Redaction
from s1ecs.errors import ApiProblem, ServerTrouble
from s1ecs.outputs.dead_letters import DeadLetterFiles
from s1ecs.outputs.output import Capabilities, LookupMode
from s1ecs.outputs.testing import RecordingOutput
from s1ecs.sentinelone.response import ConsoleResponse
from s1ecs.sentinelone.server_clock import Clocks
from s1ecs.sentinelone.transport import Connection
from s1ecs.state.sqlite.database import Database
from s1ecs.state.sqlite.state import SqliteState
from s1ecs.streams import STREAMS
from s1ecs.streams.collection_modes import Asking, ByTime, Inventory, Window
from s1ecs.timestamps import time_text
from tests.unit.mappers import mapper_of

from .lists import no_token

if TYPE_CHECKING:
    from s1ecs.sentinelone.client import Client

BEGAN = datetime(2026, 1, 2, 12, tzinfo=UTC)


@dataclass
class AskableOutput(RecordingOutput):
    """Keeps documents as often as it was given them, and tells which it has."""

    capabilities: Capabilities = field(default_factory=lambda: Capabilities(lookup=LookupMode.IDS))

    @property
    def delivered(self) -> list[str]:
        """The ids in the order in which they came."""
        return [identity for identity, _ in self.accepted]


@dataclass
class ClockedConsole:
    """Holds records of one stream; its clock is `ahead` of the true time, ours `astray` from that.

    Once `requests_left` were answered the next one fails, or the clock is set to `then` if that is given. A call for a
    threat's timeline never fails, because a threat without it is a document of its own. Calls for the items `failing`
    do, and those for `hidden` ones bring nothing.
    """

    ask: Asking
    now_is: datetime = BEGAN
    ahead: timedelta = timedelta(0)
    astray: timedelta = timedelta(0)
    records: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    requests_left: int | None = None
    then: timedelta | None = None
    since: list[str] = field(default_factory=list)
    failing: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    connection: Connection = field(
        default_factory=lambda: Connection(console="default", url="http://127.0.0.1", token=no_token)
    )

    def stamp(self) -> str:
        """The time of a record that comes to be now, by the console's clock."""
        return time_text(self.now())

    def add(self, stamp: str) -> None:
        """A record comes to be, with this time."""
        identity = str(len(self.records))
        self.records.append((stamp, made(self.ask, identity, stamp)))

    def now(self) -> datetime:
        """Tell the console's time."""
        return self.now_is + self.ahead

    def clocks(self) -> Clocks:
        """Tell both times."""
        ahead = (self.ahead - self.astray).total_seconds()
        return Clocks(self.now(), self.now_is + self.astray, ahead, ahead, self.astray.total_seconds(), "boot")

    @property
    def clock_difference(self) -> float:
        """Tell how far the console's clock is ahead of ours."""
        return (self.ahead - self.astray).total_seconds()

    async def learn_time(self) -> None:
        """Know the time already."""

    async def get(self, path: str, params: Mapping[str, str]) -> ConsoleResponse:
        """Give a page of the list, or the one record that belongs to an item."""
        assert not isinstance(self.ask, Window)
        call = self.ask.per_item
        if call is None or path == self.ask.path or not call.into:
            self._answer()
        if call is not None and path != self.ask.path:
            name = params.get("applicationName") or path.split("/")[2]
            if name in self.failing:
                raise ServerTrouble("down", problem=ApiProblem(status=503))
            if name in self.hidden:
                return self._page([], params)
            return self._page([{"id": f"{name}.0", "endpointId": "1", "version": "1"}], params)
        found = sorted(self.records, key=lambda record: record[0])
        if isinstance(self.ask, ByTime):
            since = params[self.ask.since]
            if "cursor" not in params and self.ask.until not in params:
                self.since.append(since)
            until = params.get(self.ask.until, "9999")
            found = [each for each in found if since[:19] <= each[0][:19] <= until[:19]]
        return self._page([record for _, record in found], params)

    async def graphql(self, path: str, _query: str, variables: Mapping[str, Any]) -> ConsoleResponse:
        """Give a page of the alerts in the window."""
        self._answer()
        [by] = variables["filters"]
        span = by["dateTimeRange"]
        if "after" not in variables:
            self.since.append(time_text(datetime.fromtimestamp(span["start"] / 1000, UTC)))
        found = [
            record
            for stamp, record in sorted(self.records, key=lambda each: each[0])
            if span["start"] < datetime.fromisoformat(stamp).timestamp() * 1000 <= span["end"]
        ]
        start = int(variables.get("after", "0"))
        end = start + variables["first"]
        page = {"hasNextPage": end < len(found), "endCursor": str(end)}
        data = {"alerts": {"edges": [{"node": record} for record in found[start:end]], "pageInfo": page}}
        return ConsoleResponse(data, None, (), orjson.dumps({"data": data}), self.now())

    def _answer(self) -> None:
        if self.requests_left is None:
            return
        self.requests_left -= 1
        if self.requests_left >= 0:
            return
        self.requests_left = None
        if self.then is not None:
            self.ahead, self.then = self.then, None
            return
        raise ServerTrouble("down", problem=ApiProblem(status=503))

    def _page(self, found: list[dict[str, Any]], params: Mapping[str, str]) -> ConsoleResponse:
        start, limit = int(params.get("cursor", 0)), int(params["limit"])
        page = found[start : start + limit]
        following = str(start + limit) if start + limit < len(found) else None
        return ConsoleResponse(page, following, (), orjson.dumps({"data": page}), self.now())


def made(ask: Asking, identity: str, stamp: str) -> dict[str, Any]:
    """A record of the stream, or an item of its list, with an id and a time."""
    if isinstance(ask, Window):
        return {"id": identity, **dict.fromkeys(ask.phases, stamp)}
    if isinstance(ask, Inventory):
        return {"id": identity, "applicationName": identity, "applicationVendor": "v", "cveId": "c", "endpointId": "1"}
    record: dict[str, Any] = {"id": identity}
    *path, last = ask.time.split(".")
    inner = record
    for step in path:
        inner = inner.setdefault(step, {"alertId": identity, "threatId": identity})
    inner[last] = stamp
    return record


@asynccontextmanager
async def collecting(
    folder: Path, name: str, console: ClockedConsole, output: AskableOutput, **pace: Any
) -> AsyncIterator[Feed]:
    """The feed of a stream from this console into this output, in pages of two."""
    stream = STREAMS[name]
    database = await Database.open(folder)
    try:
        yield Feed(
            console="default",
            namespace="default",
            stream=stream,
            ask=console.ask,
            client=cast("Client", console),
            pace=replace(
                Pace(
                    interval=stream.ask.interval,
                    first_poll=stream.ask.first_poll,
                    overlap=timedelta(minutes=10),
                    reread=timedelta(days=7) if name == "alert" else None,
                    reread_interval=timedelta(hours=1) if name == "alert" else timedelta(hours=24),
                    page_size=2,
                ),
                **pace,
            ),
            scope={},
            mapper=mapper_of(name),
            redaction=Redaction(stream.table, ()),
            envelope=stream.envelope(),
            outputs=(output,),
            dead_letters=DeadLetterFiles(folder),
            state=SqliteState(database),
        )
    finally:
        await database.close()
