"""The ingest pipeline that a user may put before the documents: the output's setting `pipeline`.

Documents are complete without one, so that by default no pipeline runs, neither of a template nor of Elastic's
integration.
"""

from http import HTTPStatus

from s1ecs.errors import OutputError
from s1ecs.outputs.search.admin_requests import lacks
from s1ecs.outputs.search.bulk import NO_PIPELINE
from s1ecs.outputs.search.client.server import SearchServer
from s1ecs.outputs.search.responses import is_success


async def make_sure_of_pipeline(server: SearchServer, pipeline: str) -> None:
    """Raise OutputError, which tells what to do, where the server has no such pipeline.

    A login that may not see pipelines passes: the first document tells.
    """
    if pipeline != NO_PIPELINE and await has_pipeline(server, pipeline) is False:
        raise OutputError(f"{server.name}: {missing(pipeline)}")


async def has_pipeline(server: SearchServer, pipeline: str) -> bool | None:
    """Return whether the pipeline exists; None where the server does not tell this login."""
    reply = await server.request("GET", f"/_ingest/pipeline/{pipeline}")
    if reply.status == HTTPStatus.FORBIDDEN or lacks(reply):
        return None
    return is_success(server, reply, pipeline)


def missing(pipeline: str) -> str:
    """The error of a pipeline that is not there."""
    return (
        f"the server has no ingest pipeline {pipeline}, which the setting pipeline names: create it "
        f"(PUT _ingest/pipeline/{pipeline}), or remove the setting"
    )
