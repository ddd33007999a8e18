"""Whether a server knows what a stream's documents look like, by what it answers about templates."""

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

import pytest

from s1ecs.errors import OutputError
from s1ecs.outputs.search.client.server import Reply, ServerKind
from s1ecs.outputs.search.template_check import make_sure

from .fake_server import FakeServer

OURS: dict[str, Any] = {".ds-one": {"mappings": {"properties": {"sentinel_one": {}}}}}
GUESSED: dict[str, Any] = {".ds-one": {"mappings": {"properties": {"message": {}}}}}


class Knowing(FakeServer):
    """Answers by what stands in a path."""

    def __init__(self, kind: ServerKind, replies: Mapping[str, Reply]) -> None:
        super().__init__(kind=kind)
        self._replies = replies

    async def request(self, method: str, path: str, *arguments: Any, **options: Any) -> Reply:
        """The first that fits, else 404."""
        return next((reply for part, reply in self._replies.items() if part in path), Reply(404))


@pytest.mark.parametrize(
    ("kind", "replies", "error"),
    [
        ("elasticsearch", {"/s1ecs-logs-sentinel_one.alert": Reply(200)}, None),
        ("opensearch", {"_index_template/logs-sentinel_one.alert": Reply(200)}, None),
        ("opensearch", {"_mapping": Reply(200, OURS)}, None),
        ("opensearch", {"_mapping": Reply(200, GUESSED)}, "no index template .*, then run: s1ecs setup$"),
        ("elasticsearch", {}, "no index template for logs-sentinel_one.alert-default; run: s1ecs setup$"),
        ("elasticsearch", {"_index_template": Reply(403)}, None),
        ("opensearch", {"_index_template": Reply(403)}, "or allow the user to read index templates$"),
        ("elasticsearch", {"_index_template": Reply(403), "_mapping": Reply(200, OURS)}, None),
        ("opensearch", {"_index_template": Reply(403), "_mapping": Reply(200, OURS)}, None),
        ("elasticsearch", {"_index_template": Reply(403), "_mapping": Reply(200, GUESSED)}, "no index template"),
        ("elasticsearch", {"_index_template": Reply(401)}, "the credentials are rejected"),
        (
            "elasticsearch",
            {"_index_template": Reply(200), "_settings": Reply(200, {"logs-sentinel_one.alert-default": {}})},
            "is an index, not a data stream",
        ),
    ],
)
async def test_where_documents_may_go(kind: ServerKind, replies: Mapping[str, Reply], error: str | None) -> None:
    """A template of ours or Elastic's, or a data stream with such a mapping; else the line says what to do."""
    with pytest.raises(OutputError, match=error) if error else nullcontext():
        await make_sure(Knowing(kind, replies), "alert", "default", latest=False)


async def test_latest_state_has_a_template_of_its_own() -> None:
    """With latest states, their template is needed too."""
    server = Knowing("elasticsearch", {"s1ecs-logs-": Reply(200)})
    with pytest.raises(OutputError, match="no index template for the latest state of agent; run: s1ecs setup"):
        await make_sure(server, "agent", "default", latest=True)
