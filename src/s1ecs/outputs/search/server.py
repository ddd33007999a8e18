"""The seam between s1ecs and a search server: requests by path, the same for Elasticsearch and OpenSearch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Kind = Literal["elasticsearch", "opensearch"]


@dataclass(frozen=True)
class Reply:
    """What the server answered, whatever it was: HTTP status and JSON body (empty where there was none).

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


class Server(Protocol):
    """A search server, by whichever of its nodes answers. Nothing here tries a request a second time."""

    @property
    def kind(self) -> Kind:
        """Which of the two it is, as the output's `type` says."""

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
        """Let go of all connections."""
