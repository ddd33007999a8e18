"""Latest states that a server may lack a place for, because `s1ecs setup` was not run since s1ecs keeps them.

Those of inventories have been there from the beginning, and without their template nothing is delivered. An upgrade
must not stop the others: their documents go on, and one line says what to do.
"""

from collections.abc import Callable
from http import HTTPStatus

from s1ecs.outputs.search.client.server import SearchServer
from s1ecs.outputs.search.names import latest_template


class OptionalLatest:
    """Tells whether latest states of a stream can be kept; a server is asked once for each stream of `optional`."""

    def __init__(self, server: SearchServer, optional: frozenset[str], warn: Callable[[str], None]) -> None:
        self._server = server
        self._optional = optional
        self._warn = warn
        self._found: dict[str, bool] = {}

    async def has_place(self, stream: str) -> bool:
        """Tell whether the template is there; a login that may not see it counts as a server that lacks it."""
        if stream not in self._optional:
            return True
        if stream not in self._found:
            reply = await self._server.request("GET", f"/_index_template/{latest_template(stream)}")
            self._found[stream] = reply.status == HTTPStatus.OK
            if not self._found[stream]:
                seen = "cannot be read" if reply.status == HTTPStatus.FORBIDDEN else "is missing"
                self._warn(
                    f"{self._server.name}: latest states of {stream} are not kept: the index template "
                    f"{latest_template(stream)} {seen}; run s1ecs setup, then restart s1ecs"
                )
        return self._found[stream]
