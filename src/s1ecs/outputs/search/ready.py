"""Whether the server knows what a stream's documents look like: without it, anything would be guessed from them."""

from s1ecs.errors import OutputError
from s1ecs.outputs.search.names import data_stream, latest_template, templates
from s1ecs.outputs.search.server import Reply, Server
from s1ecs.outputs.search.verdicts import request_ruling, stopped

_OK = 300
_FORBIDDEN = 403
_NOT_FOUND = 404


async def make_sure(server: Server, stream: str, namespace: str, *, latest: bool) -> None:
    """Raise OutputError, which names the cure, where documents of a stream would be indexed by guessing."""
    name = data_stream(stream, namespace)
    found = [await _template(server, template) for template in templates(stream)]
    # Of a data stream this names its backing indices.
    there = await server.request("GET", f"/{name}/_settings/index.creation_date")
    if there.status < _OK and name in there.body:
        raise OutputError(
            f"{server.name}: {name} is an index and no data stream; move its documents away, remove it, then run: "
            "s1ecs setup"
        )
    if not any(found):
        mapping = _answered(server, name, await server.request("GET", f"/{name}/_mapping"))
        unseen = None in found
        # Elasticsearch refuses by itself to make anything else than a data stream.
        leave = unseen and mapping.status == _NOT_FOUND and server.kind == "elasticsearch"
        if not _is_ours(mapping) and not leave:
            cure = ", or let the login read index templates" if unseen else ""
            raise OutputError(f"{server.name}: no index template for {name}; run: s1ecs setup{cure}")
    if latest and await _template(server, latest_template(stream)) is False:
        raise OutputError(f"{server.name}: no index template for the latest state of {stream}; run: s1ecs setup")


async def _template(server: Server, template: str) -> bool | None:
    """Whether it is there; None where the login may not see it."""
    reply = await server.request("GET", f"/_index_template/{template}")
    if reply.status == _FORBIDDEN:
        return None
    return _answered(server, template, reply).status < _OK


def _is_ours(mapping: Reply) -> bool:
    return any(
        "sentinel_one" in index.get("mappings", {}).get("properties", {})
        for index in mapping.body.values()
        if mapping.status < _OK
    )


def _answered(server: Server, what: str, reply: Reply) -> Reply:
    if reply.status < _OK or reply.status == _NOT_FOUND:
        return reply
    raise stopped(server, reply, f"{what}: {request_ruling(reply).reason}")
