"""A console of lists in memory, with pages, cursors, failures and a count of what is asked at the same time."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from s1ecs.errors import ApiProblem, Refused, Unreadable
from s1ecs.sentinelone.incremental_parser import reading
from s1ecs.sentinelone.response import ConsoleResponse
from s1ecs.sentinelone.transport import Connection
from s1ecs.slices import at_once

from .told_time import (
    NOW as NOW,  # noqa: PLC0414 - tests find it beside the console
)
from .told_time import (
    ToldTime,
)


async def no_token() -> str:
    """Nobody asks for it."""
    return ""


@dataclass
class ListConsole(ToldTime):
    """Answers each path, or path and `applicationName`, with its list; a cursor is the place behind the page.

    `failures` are raised in turn by the path (or the path and a cursor) they stand under, `expired` are cursors that
    the console no longer knows. `raw` are answers as they are on the wire. `graphql_data` are answers to be given
    first, `unreadable` the ids of alerts that cut off whatever answer holds more of them than their id.
    """

    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    failures: dict[str, list[Exception]] = field(default_factory=dict)
    expired: set[str] = field(default_factory=set)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    graphql_data: list[Any] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)
    raw: dict[str, bytes] = field(default_factory=dict)
    at_once: int = 0
    most_at_once: int = 0

    connection: Connection = field(
        default_factory=lambda: Connection(console="default", url="http://127.0.0.1", token=no_token)
    )

    async def get(self, path: str, params: Mapping[str, str]) -> ConsoleResponse:
        """Give a page of the path's list that meets the lower bound of a time, sorted as it stands."""
        name = f"{path} {params['applicationName']}" if "applicationName" in params else path
        self.asked.append((name, dict(params)))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        cursor = params.get("cursor", "0")
        for key in (name, f"{name} {cursor}"):
            if self.failures.get(key):
                raise self.failures[key].pop(0)
        if cursor in self.expired:
            self.expired.remove(cursor)
            raise Refused("no such cursor", problem=ApiProblem(status=400))
        if name in self.raw:
            found = at_once(reading(self.raw[name]))
            return ConsoleResponse(found.content["data"], None, (), self.raw[name], self.clock, lists=found.lists)
        records = self.lists.get(name, [])
        since = params.get("updatedAt__gte", "")
        records = [each for each in records if _updated(each, since) >= since]
        return self._page(records, int(cursor), int(params["limit"]))

    async def graphql(self, path: str, query: str, variables: Mapping[str, Any]) -> ConsoleResponse:
        """Give a page of the alerts that lie in the window, by the time that the variables name."""
        self.asked.append((path, dict(variables)))
        after = variables.get("after", "0")
        for key in (path, f"{path} {after}"):
            if self.failures.get(key):
                raise self.failures[key].pop(0)
        [by] = variables["filters"]
        span = by["dateTimeRange"]
        found = [
            node
            for node in self.lists.get(path, [])
            if span["start"] < datetime.fromisoformat(node[by["fieldId"]]).timestamp() * 1000 <= span["end"]
        ]
        if self.graphql_data:
            data = self.graphql_data.pop(0)
            return ConsoleResponse(data, None, (), orjson.dumps({"data": data}), self.clock)
        start, end = int(after), int(after) + variables["first"]
        if "Skim" not in query and any(node["id"] in self.unreadable for node in found[start:end]):
            raise Unreadable("cut off")
        page = {"hasNextPage": end < len(found), "endCursor": str(end)}
        data = {"alerts": {"edges": [{"node": node} for node in found[start:end]], "pageInfo": page}}
        return ConsoleResponse(data, None, (), orjson.dumps({"data": data}), self.clock)

    def _page(self, records: list[dict[str, Any]], start: int, limit: int) -> ConsoleResponse:
        page = records[start : start + limit]
        following = str(start + limit) if start + limit < len(records) else None
        body = json.dumps({"data": page}).encode()
        found = at_once(reading(body))
        return ConsoleResponse(found.content["data"], following, (), body, self.clock, lists=found.lists)

    def paths(self) -> list[str]:
        """Whatever was asked, in order."""
        return [name for name, _ in self.asked]


def _updated(record: Any, otherwise: str) -> str:
    info = record.get("threatInfo") if isinstance(record, dict) else None
    return str(info.get("updatedAt", otherwise)) if isinstance(info, dict) else otherwise
