"""The official client of Elasticsearch: its nodes and its pool, with our way to them."""

import asyncio
from collections.abc import Mapping
from typing import Any

from elastic_transport import AiohttpHttpNode, HttpHeaders, NodeConfig, TransportError
from elasticsearch import AsyncElasticsearch

from s1ecs.outputs.search.nodes import Answer, NoAnswer, is_down
from s1ecs.outputs.search.settings import SearchSettings
from s1ecs.outputs.search.way import ANSWER_SECONDS, BREAKS, CONNECTIONS, Way, lower


class ElasticsearchNodes:
    """Nodes by the client's pool: a node that failed is passed over for a while, unless all did."""

    def __init__(self, settings: SearchSettings, way: Way) -> None:
        by_id = {"cloud_id": settings.cloud_id} if settings.cloud_id else {"hosts": list(settings.hosts)}
        client: Any = AsyncElasticsearch(
            **by_id,
            node_class=_node_class(way),
            connections_per_node=CONNECTIONS,
            request_timeout=ANSWER_SECONDS,
            http_compress=False,
        )
        self._way = way
        self._client = client
        # The requests of the client itself want a product's header and repeat what may have been done.
        self._pool = client.transport.node_pool

    @property
    def addresses(self) -> tuple[str, ...]:
        """Their URLs, without credentials."""
        return tuple(node.base_url for node in self._pool.all())

    async def ask(self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        """Send one request by the next node that is not known to be dead; raise NoAnswer."""
        node = self._pool.get()
        try:
            meta, raw = await node.perform_request(method, target, body, HttpHeaders(headers))
        except TransportError as error:
            self._pool.mark_dead(node)
            raise NoAnswer(node.base_url, error.errors[0] if error.errors else error) from None
        except BREAKS as error:
            self._pool.mark_dead(node)
            raise NoAnswer(node.base_url, error) from None
        (self._pool.mark_dead if is_down(meta.status) else self._pool.mark_live)(node)
        return Answer(meta.status, lower(meta.headers), raw, node.base_url)

    async def close(self) -> None:
        """Let go of all connections."""
        await self._client.close()
        # The pool forgets those that are dead.
        await self._way.close()


def _node_class(way: Way) -> type[AiohttpHttpNode]:
    class Node(AiohttpHttpNode):
        """A node whose session is opened by our way."""

        def __init__(self, config: NodeConfig) -> None:
            # The way has its own certificates; the client would read its own each time.
            super().__init__(config.replace(ssl_context=way.context) if config.scheme == "https" else config)

        async def perform_request(self, *arguments: Any, **options: Any) -> Any:  # type: ignore[override]
            self._loop = asyncio.get_running_loop()
            self.session = await way.opened(self.base_url)
            return await super().perform_request(*arguments, **options)

    return Node
