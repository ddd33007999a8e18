"""Writes lines by bulk requests, some at a time, each tried again for as long as the server asks for patience."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from s1ecs.outputs.output import Refused
from s1ecs.outputs.search.answers import items
from s1ecs.outputs.search.bulk import MAX_BYTES, Line, Target, body, halves, requests, size_of
from s1ecs.outputs.search.patience import Patience
from s1ecs.outputs.search.patient import Sleep
from s1ecs.outputs.search.server import Reply, Server
from s1ecs.outputs.search.verdicts import Ruling, request_ruling, ruling, stopped

IN_FLIGHT = 4
_HEADERS = {"content-type": "application/x-ndjson", "content-encoding": "gzip"}
# What of an answer is looked at.
_ANSWER = "items.*._index,items.*.status,items.*.error,items.*.failure_store"

# Told of each index that took a document.
Seen = Callable[[str], None]


class Writer:
    """Gives lines to a server; `seen` is told where they went.

    A server, or a proxy before it, that takes less than MAX_BYTES says so by 413 once: what comes later is cut smaller.
    """

    def __init__(self, server: Server, patience: Patience, sleep: Sleep) -> None:
        self._server = server
        self._patience = patience
        self._sleep = sleep
        self._most_bytes = MAX_BYTES

    async def write(self, target: Target, lines: Sequence[Line], seen: Seen) -> list[Refused]:
        """Make the lines durable but for those that are given back. Raise OutputError, with others maybe done.

        ServerSilent is not tried again here: what was sent must be looked for first.
        """
        refused: list[Refused] = []
        waiting = deque(requests(lines, self._most_bytes))

        async def work() -> None:
            while waiting:
                refused.extend(await self._request(target, waiting.popleft(), seen))

        workers = [asyncio.create_task(work()) for _ in range(min(IN_FLIGHT, len(waiting)))]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
        return refused

    async def _request(self, target: Target, lines: list[Line], seen: Seen) -> list[Refused]:
        """One request, until nothing of it is left to send."""
        refused: list[Refused] = []
        tries = 0
        while lines:
            reply = await self._server.request(
                "POST",
                target.path,
                body(lines),
                query={**target.query, "filter_path": f"error,status,{_ANSWER}"},
                headers=_HEADERS,
            )
            if reply.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and len(lines) > 1:
                self._most_bytes = min(self._most_bytes, size_of(lines) // 2)
                parts = [await self._request(target, half, seen) for half in halves(lines)]
                return [*refused, *parts[0], *parts[1]]
            lines, reason = self._sort(reply, lines, refused, seen)
            if lines:
                self._patience.waits(reason)
                await self._sleep(self._patience.seconds(tries, reply.retry_after))
                tries += 1
        self._patience.over()
        return refused

    def _sort(self, reply: Reply, lines: list[Line], refused: list[Refused], seen: Seen) -> tuple[list[Line], str]:
        """The lines to send again and why; those that are refused are added to `refused`. Raise OutputError to stop."""
        found = self._rulings(reply, lines)
        again: list[Line] = []
        reason = ""
        for each, (rule, item) in zip(lines, found, strict=True):
            if rule.verdict == "stop":
                raise stopped(self._server, reply, rule.reason)
            if rule.verdict == "taken":
                seen(item.get("_index", ""))
            elif rule.verdict == "again":
                again.append(each)
                reason = rule.reason
            else:
                refused.append(Refused(each.id, each.document, rule.reason))
        return again, reason

    def _rulings(self, reply: Reply, lines: Sequence[Line]) -> list[tuple[Ruling, Mapping[str, Any]]]:
        """What becomes of each line."""
        if reply.status >= HTTPStatus.MULTIPLE_CHOICES:
            return [(request_ruling(reply), {})] * len(lines)
        return [(ruling(item), item) for item in items(self._server, reply, len(lines))]
