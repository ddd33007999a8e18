"""The user's own ingest pipeline of a search output."""

from collections.abc import Mapping
from typing import Any

import pytest

from s1ecs.errors import OutputError
from s1ecs.outputs.search.client.server import Reply
from s1ecs.outputs.search.output import SearchOutput
from s1ecs.outputs.search.own_pipeline import make_sure_of_pipeline

from .fake_server import FakeServer
from .test_search_output import Rig, batch

NAME = "sentinel_one@custom"
THERE = Reply(200, {NAME: {}})
NOT_THERE = Reply(404, {"error": {"type": "resource_not_found_exception", "reason": "missing"}, "status": 404})
FORBIDDEN = Reply(403, {"error": {"reason": "not allowed"}})
GONE = {"type": "illegal_argument_exception", "reason": f"pipeline with id [{NAME}] does not exist"}


class PipelineServer(FakeServer):
    """A server that tells of its pipelines by the replies given, the last of them for ever."""

    def __init__(self, *replies: Reply, bulk: Reply | None = None) -> None:
        super().__init__(lambda *_: bulk)
        self.replies = [*replies]

    async def request(self, method: str, path: str, *args: Any, **more: Any) -> Reply:
        """Answer about a pipeline, all else as usual."""
        if path == f"/_ingest/pipeline/{NAME}":
            return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        return await super().request(method, path, *args, **more)


def output(server: FakeServer) -> SearchOutput:
    """An output with the pipeline."""
    return SearchOutput(server, Rig(server).output._around, pipeline=NAME)


def refused(error: Mapping[str, Any]) -> Reply:
    """A bulk answer that refuses a document for the pipeline."""
    return Reply(
        200, {"items": [{"create": {"status": 400, "error": dict(error), "_index": "logs-sentinel_one.alert-default"}}]}
    )


async def test_documents_go_through_it() -> None:
    """Every document is sent through the pipeline, also one of a record that could not be mapped."""
    server = PipelineServer(THERE)
    made = output(server)
    await made.deliver(batch("a"))
    await made.deliver(batch("b", event={"kind": "pipeline_error"}))
    assert [query["pipeline"] for query in server.queries] == [NAME, NAME]


async def test_one_that_is_missing_stops_the_output() -> None:
    """Where the server has none of that name nothing is sent, and the error tells what to do."""
    server = PipelineServer(NOT_THERE)
    with pytest.raises(OutputError, match=f"has no ingest pipeline {NAME}.*PUT _ingest/pipeline"):
        await output(server).deliver(batch("a"))
    assert server.bulks == []


@pytest.mark.parametrize("second", [NOT_THERE, FORBIDDEN])
async def test_one_that_was_removed_stops_the_output(second: Reply) -> None:
    """One that disappeared since stops the output as well; no document becomes a dead letter for it."""
    server = PipelineServer(THERE, second, bulk=refused(GONE))
    with pytest.raises(OutputError, match=f"has no ingest pipeline {NAME}"):
        await output(server).deliver(batch("a"))


async def test_whoever_may_not_see_pipelines_may_use_them() -> None:
    """A login without the privilege to read pipelines collects."""
    server = PipelineServer(FORBIDDEN)
    assert (await output(server).deliver(batch("a"))).refused == ()
    await make_sure_of_pipeline(PipelineServer(FORBIDDEN), NAME)
