"""A search server whose answers are told in advance, for what no real one does when asked to."""

import gzip
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from s1ecs.outputs.search.client.server import Reply, ServerKind

Answer = Callable[[str, str, list[Any]], Reply | None]


class FakeServer:
    """Answers bulk requests by `answer` (path, query, documents' ids), where that gives None with success."""

    def __init__(self, answer: Answer = lambda *_: None, kind: ServerKind = "elasticsearch") -> None:
        self.kind: ServerKind = kind
        self.name = "search"
        self.bulks: list[list[str]] = []
        self.bodies: list[list[Any]] = []
        self.queries: list[Mapping[str, str]] = []
        self._answer = answer

    async def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes | None = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Answer as told; what is no bulk request is 404 but for templates, which are there."""
        if not isinstance(body, bytes):
            return Reply(200 if "template" in path else 404)
        lines = [orjson.loads(line) for line in gzip.decompress(body).splitlines()]
        ids = [line["create"]["_id"] for line in lines[::2]]
        self.bulks.append(ids)
        self.bodies.append(lines[1::2])
        self.queries.append(query or {})
        told = self._answer(path, str(query), ids)
        if told is None:
            return Reply(200, {"items": [{"create": {"_id": each, "status": 201, "_index": "one"}} for each in ids]})
        # Items are told without ids where it does not matter which: they are those of the lines, in turn.
        items = told.body.get("items")
        for item, identity in zip(items if isinstance(items, list) else (), ids, strict=False):
            item["create"].setdefault("_id", identity)
        return told

    async def close(self) -> None:
        """Nothing is open."""
