"""Latest states of streams that an earlier version kept none of: without their template documents go on."""

from typing import Any

import pytest

from s1ecs.outputs.search.client.server import Reply, ServerKind
from s1ecs.outputs.search.optional_latest import OptionalLatest


class TemplateServer:
    """A server that gives one answer about templates, and counts how often it was asked."""

    kind: ServerKind = "elasticsearch"
    name = "search"

    def __init__(self, status: int) -> None:
        self.status = status
        self.asked: list[str] = []

    async def request(
        self, method: str, path: str, body: Any = None, *, query: Any = None, headers: Any = None
    ) -> Reply:
        """Answer."""
        del body, query, headers
        self.asked.append(f"{method} {path}")
        return Reply(self.status)

    async def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("status", "kept", "told"), [(200, True, ""), (404, False, "is missing"), (403, False, "cannot be read")]
)
async def test_a_missing_template_is_told_once(status: int, kept: bool, told: str) -> None:  # noqa: FBT001 - a case
    """Where the template is not seen, latest states are left out, which one line says with what to do."""
    server, said = TemplateServer(status), list[str]()
    optional = OptionalLatest(server, frozenset({"alert"}), said.append)
    assert [await optional.has_place("alert") for _ in range(3)] == [kept] * 3
    assert len(server.asked) == 1
    assert [told in line and "run s1ecs setup, then restart s1ecs" in line for line in said] == ([] if kept else [True])


async def test_inventories_are_not_optional() -> None:
    """Those of inventories are looked after by the check of templates, which refuses."""
    server = TemplateServer(404)
    assert await OptionalLatest(server, frozenset({"alert"}), lambda _: None).has_place("agent")
    assert server.asked == []
