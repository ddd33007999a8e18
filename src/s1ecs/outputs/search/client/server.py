"""The interface of a search server: requests by path, the same for Elasticsearch and OpenSearch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

ServerKind = Literal["elasticsearch", "opensearch"]


@dataclass(frozen=True)
class Reply:
    """The server's response, of any status: HTTP status and JSON body (empty where there was none).

    `node` is the URL of the node that did, without credentials. `is_json` is false where the body was no JSON object:
    whatever the status, the answer is then none of a search server. `redirect` is the address that it was to be asked
    of instead, as far as that tells a host.
    """

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)
    retry_after: float | None = None
    node: str = ""
    is_json: bool = True
    redirect: str = ""


class SearchServer(Protocol):
    """A search server, by whichever of its nodes responds. A request that may have been received is never repeated."""

    @property
    def kind(self) -> ServerKind:
        """The output's `type`."""

    @property
    def name(self) -> str:
        """The output's name in logs and errors."""

    async def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes | None = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send one request; a mapping goes as JSON, bytes as they are (`headers` then say what they are).

        `path` begins with a slash and is percent-encoded where it must be. Every HTTP status is a Reply. Raise
        ServerSilent when no answer came: name not found, refused, reset, TLS, time-out.
        """

    async def close(self) -> None:
        """Close all connections."""
