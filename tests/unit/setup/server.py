"""A search server with what the small real ones lack, lifecycles by policy and by data stream, as documented."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from s1ecs.outputs.search.server import Kind, Reply

NO_HANDLER = Reply(400, {"error": "no handler found for uri [...] and method [GET]"})
MISSING = Reply(404, {"error": {"type": "resource_not_found_exception", "reason": "not found"}, "status": 404})


@dataclass
class Documented:
    """Answers by `replies`, (method, path) to a Reply; else as an empty server that takes everything."""

    kind: Kind = "elasticsearch"
    name: str = "search"
    replies: Mapping[tuple[str, str], Reply] = field(default_factory=dict)
    seen: list[tuple[str, str, Any, Any]] = field(default_factory=list)

    async def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes | None = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Answer one request and remember it."""
        self.seen.append((method, path, body, query))
        if (method, path) in self.replies:
            return self.replies[method, path]
        return MISSING if method == "GET" and not path.startswith("/_resolve") else Reply(200)

    async def close(self) -> None:
        """Nothing is held."""

    @property
    def changes(self) -> list[str]:
        """The requests that change something, as method and path."""
        return [f"{method} {path}" for method, path, _, _ in self.seen if method == "PUT" or "_rollover" in path]
