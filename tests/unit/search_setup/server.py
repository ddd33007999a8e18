"""A search server with what the small real ones lack, lifecycles by policy and by data stream, as documented."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from s1ecs.outputs.search.client.server import Reply, ServerKind

NO_HANDLER = Reply(400, {"error": "no handler found for uri [...] and method [GET]"})
MISSING = Reply(404, {"error": {"type": "resource_not_found_exception", "reason": "not found"}, "status": 404})


@dataclass
class Documented:
    """Answers by `replies`, (method, path) to a Reply; else as an empty server that takes everything."""

    kind: ServerKind = "elasticsearch"
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
        if path == "/_cluster/health":
            return Reply(200, {"status": "green"})
        if path.startswith("/_plugins/_ism/policies/") and method == "PUT":
            return Reply(200, {"_id": path.rpartition("/")[2], "_seq_no": 5, "_primary_term": 1})
        if path.startswith("/_plugins/_ism/") and method == "POST":
            return Reply(200, {"updated_indices": 1, "failures": False, "failed_indices": []})
        if method == "GET" and not path.startswith("/_resolve"):
            return MISSING
        return Reply(200, {"acknowledged": True})

    async def close(self) -> None:
        """Nothing is held."""

    @property
    def changes(self) -> list[str]:
        """The requests that change something, as method and path."""
        return [f"{method} {path}" for method, path, _, _ in self.seen if method == "PUT" or "_rollover" in path]
