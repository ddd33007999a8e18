"""The official client of OpenSearch: its connections and its pool, with our way to them."""

from collections.abc import Mapping
from typing import Any

from opensearchpy import AIOHttpConnection, AsyncOpenSearch
from opensearchpy.exceptions import ConnectionError as ClientError

from s1ecs.outputs.search.nodes import Answer, NoAnswer, is_down
from s1ecs.outputs.search.settings import SearchSettings
from s1ecs.outputs.search.way import ANSWER_SECONDS, BREAKS, CONNECTIONS, Way, lower

_EVERY_STATUS = range(100, 600)
_DEAD_SECONDS = 1
_DEAD_DOUBLINGS = 5


class OpenSearchNodes:
    """Nodes by the client's pool: a node that failed is passed over for a while, unless all did."""

    def __init__(self, settings: SearchSettings, way: Way) -> None:
        self.addresses = settings.hosts
        self._way = way
        self._client: Any = AsyncOpenSearch(
            list(settings.hosts),
            connection_class=_connection_class(way),
            timeout=ANSWER_SECONDS,
            pool_maxsize=CONNECTIONS,
            http_compress=False,
            dead_timeout=_DEAD_SECONDS,
            timeout_cutoff=_DEAD_DOUBLINGS,
        )

    async def ask(self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        """Send one request by the next node that is not known to be dead; raise NoAnswer."""
        # Its pool comes about when it is entered, once.
        await self._client.__aenter__()
        pool = self._client.transport.connection_pool
        connection = pool.get_connection()
        address = connection.host + connection.url_prefix
        try:
            status, answered, raw = await connection.perform_request(
                method, target, body=body, headers=headers, ignore=_EVERY_STATUS
            )
        except ClientError as error:
            pool.mark_dead(connection)
            raise NoAnswer(address, error.args[2]) from None
        except BREAKS as error:
            pool.mark_dead(connection)
            raise NoAnswer(address, error) from None
        (pool.mark_dead if is_down(status) else pool.mark_live)(connection)
        return Answer(status, lower(answered), raw.encode("utf-8", "surrogatepass"), address)

    async def close(self) -> None:
        """Let go of all connections."""
        await self._client.close()
        # The pool forgets those that are dead.
        await self._way.close()


def _connection_class(way: Way) -> type[AIOHttpConnection]:
    class Connection(AIOHttpConnection):
        """A connection whose session is opened by our way."""

        def __init__(self, **options: Any) -> None:
            # The way has its own certificates; the client would read its own each time.
            super().__init__(**options, ssl_context=way.context if options.get("scheme") == "https" else None)

        async def perform_request(self, *arguments: Any, **options: Any) -> Any:
            self.session = await way.opened(self.host + self.url_prefix)
            return await super().perform_request(*arguments, **options)

        def _raise_warnings(self, warning_headers: Any) -> None:
            """Deprecations are nothing to whoever runs s1ecs."""

        def log_request_fail(self, *arguments: Any, **options: Any) -> None:
            """What fails is told by an error of ours."""

    return Connection
