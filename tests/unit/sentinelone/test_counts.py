from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from s1ecs.errors import ApiProblem, Forbidden, Refused
from s1ecs.records import dumps
from s1ecs.sentinelone.counts import list_total
from s1ecs.sentinelone.response import ConsoleResponse
from s1ecs.sentinelone.transport import Connection


async def _token() -> str:
    return "t"


class Console:
    """A list that answers with one body, or an error."""

    connection = Connection("main", "http://127.0.0.1", _token)

    def __init__(self, content: object) -> None:
        self.content = content
        self.asked: Mapping[str, str] = {}

    async def get(self, path: str, params: Mapping[str, str]) -> ConsoleResponse:
        """Answer."""
        self.asked = params
        if isinstance(self.content, Exception):
            raise self.content
        return ConsoleResponse([], None, (), dumps(self.content), datetime(2026, 1, 31, tzinfo=UTC))


@pytest.mark.parametrize(
    ("pagination", "total"),
    [({"totalItems": 12}, 12), ({"totalItems": 0}, 0), ({"totalItems": "12"}, None), ({}, None), (None, None)],
)
async def test_total_of_a_list(pagination: object, total: int | None) -> None:
    """The console's count is a whole number, nothing included; whatever else it says is no count."""
    console = Console({"data": [], "pagination": pagination})
    assert await list_total(console, "/activities", {"since": "x"}) == total
    assert console.asked == {"since": "x", "countOnly": "true"}


async def test_console_that_does_not_count() -> None:
    """A console that refuses the question has no total; one that forbids the list raises."""
    assert await list_total(Console(Refused("no", problem=ApiProblem(400))), "/a", {}) is None
    with pytest.raises(Forbidden):
        await list_total(Console(Forbidden("no")), "/a", {})
