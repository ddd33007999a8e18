"""A search server that is asked again for as long as it answers that it is busy or in trouble."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

from s1ecs.outputs.search.patience import Patience
from s1ecs.outputs.search.server import Kind, Reply, Server
from s1ecs.outputs.search.verdicts import request_ruling

Sleep = Callable[[float], Awaitable[None]]


class PatientServer:
    """The server itself but for answers of 429 and 5xx: for questions, which may be asked again."""

    def __init__(self, server: Server, patience: Patience, sleep: Sleep) -> None:
        self.kind: Kind = server.kind
        self.name = server.name
        self._server = server
        self._patience = patience
        self._sleep = sleep

    async def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes | None = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """The first answer that is another."""
        tries = 0
        while True:
            reply = await self._server.request(method, path, body, query=query, headers=headers)
            ruling = request_ruling(reply) if reply.status >= HTTPStatus.MULTIPLE_CHOICES else None
            if ruling is None or ruling.verdict != "again":
                self._patience.over()
                return reply
            self._patience.waits(ruling.reason)
            await self._sleep(self._patience.seconds(tries, reply.retry_after))
            tries += 1

    async def close(self) -> None:
        """Let go of the server's connections."""
        await self._server.close()
