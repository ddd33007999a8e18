"""A console in memory: lists of records as JSON text, given page by page and read as the client reads answers."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from bench.records import NOW
from s1ecs.sentinelone.error_mapping import Failures
from s1ecs.sentinelone.response import ConsoleResponse, answer_from
from s1ecs.sentinelone.server_clock import Clocks
from s1ecs.sentinelone.transport import Connection


async def _token() -> str:
    return ""


_CONNECTION = Connection(console="fuzz", url="http://127.0.0.1", token=_token)


@dataclass
class Console:
    """Gives each path, with its application where it names one, its list; whatever is asked for else, nothing."""

    lists: Mapping[str, Sequence[bytes]] = field(default_factory=dict)
    connection: Connection = _CONNECTION

    async def get(self, path: str, params: Mapping[str, str]) -> ConsoleResponse:
        """Give a page of a list."""
        name = f"{path} {params['applicationName']}" if "applicationName" in params else path
        start = int(params.get("cursor", 0))
        page, following = self._page(name, start, int(params["limit"]))
        cursor = orjson.dumps({"nextCursor": following, "totalItems": 0})
        return await self._answer(path, (b'{"pagination":%s,"data":[' % cursor, *_separated(page), b"]}"), strict=False)

    async def graphql(self, path: str, query: str, variables: Mapping[str, Any]) -> ConsoleResponse:
        """Give a page of the alerts in the first phase, nothing in the others."""
        first_phase = variables["filters"][0]["fieldId"] == "detectedAt"
        page, following = self._page(path if first_phase else "", int(variables.get("after", 0)), variables["first"])
        edges = (b'{"cursor":"1","node":%s}' % node for node in page)
        about = orjson.dumps({"hasNextPage": following is not None, "endCursor": following})
        parts = (b'{"data":{"alerts":{"pageInfo":%s,"edges":[' % about, *_separated(edges), b"]}}}")
        return await self._answer(path, parts, strict=True)

    def now(self) -> Any:
        """Tell the time."""
        return NOW

    def clocks(self) -> Clocks:
        """Tell the time of both, which is the same."""
        return Clocks(NOW, NOW, 0.0, 0.0)

    async def learn_time(self) -> None:
        """Know it already."""

    def _page(self, name: str, start: int, limit: int) -> tuple[Sequence[bytes], str | None]:
        found = self.lists.get(name, ())
        end = start + limit
        return found[start:end], str(end) if end < len(found) else None

    async def _answer(self, path: str, parts: Iterable[bytes], *, strict: bool) -> ConsoleResponse:
        failures = Failures(self.connection, path)
        # On a thread of its own: it is not the console's time that is measured.
        body = await asyncio.to_thread(b"".join, parts)
        return await answer_from(body, status=200, received=NOW, strict=strict, failures=failures)


def _separated(elements: Iterable[bytes]) -> Iterator[bytes]:
    for number, element in enumerate(elements):
        yield b"," + element if number else element
