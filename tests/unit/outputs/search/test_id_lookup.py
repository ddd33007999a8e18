"""What is looked up, where a server gives fewer hits at a time than were asked for."""

from typing import Any

import pytest

from s1ecs.errors import OutputError
from s1ecs.outputs.search.backing_indices import BackingIndices
from s1ecs.outputs.search.client.server import Reply
from s1ecs.outputs.search.id_lookup import IdLookup

from .fake_server import FakeServer

TOO_LARGE = {"type": "illegal_argument_exception", "reason": "Result window is too large, from + size must be"}


class Windowed(FakeServer):
    """Two backing indices that hold all ids but "absent", with a small index.max_result_window, in all or in one."""

    def __init__(self, window: int, *, in_all: bool) -> None:
        super().__init__()
        self.sizes: list[int] = []
        self._window = window
        self._in_all = in_all

    async def request(self, method: str, path: str, *arguments: Any, **options: Any) -> Reply:
        """As real servers do."""
        if "_settings" in path:
            return Reply(200, {name: {"settings": {"index": {"creation_date": "1"}}} for name in ("one", "two")})
        if "_refresh" in path:
            return Reply(200, {"_shards": {}})
        [body] = arguments
        self.sizes.append(body["size"])
        found = [{"_id": each} for each in body["query"]["ids"]["values"] if each != "absent"]
        failures: list[Any] = []
        if body["size"] > self._window:
            if self._in_all:
                return Reply(400, {"error": {"type": "search_phase_execution_exception", "caused_by": TOO_LARGE}})
            failures = [{"reason": TOO_LARGE}]
        shards = {"failed": len(failures), "failures": failures}
        return Reply(
            200,
            {
                "timed_out": False,
                "_shards": shards,
                "hits": {"total": {"value": len(found)}, "hits": found[: body["size"]]},
            },
        )


@pytest.mark.parametrize("in_all", [True, False])
async def test_small_result_window(*, in_all: bool) -> None:
    """With a smaller index.max_result_window fewer ids are asked for at a time, and all are found."""
    server = Windowed(10, in_all=in_all)
    presence = IdLookup(server, "x", BackingIndices(server, "x", lambda: 0.0))
    names = [f"n{number}" for number in range(100)]
    assert await presence.present([*names, "absent"], lately=True) == set(names)
    assert min(server.sizes) <= 10
    assert max(server.sizes) == 202


async def test_list_that_is_none_is_not_an_empty_one() -> None:
    """A page of a proxy instead of the list of indices does not mean that nothing is there."""

    class Page(FakeServer):
        async def request(self, method: str, path: str, *arguments: Any, **options: Any) -> Reply:
            return Reply(200, is_json=False)

    server = Page()
    with pytest.raises(OutputError, match="not from a search server"):
        await IdLookup(server, "x", BackingIndices(server, "x", lambda: 0.0)).present(["a"], lately=False)
