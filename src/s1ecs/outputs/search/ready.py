"""Whether the server knows what a stream's documents look like: without it, anything would be guessed from them."""

from http import HTTPStatus

from s1ecs.errors import OutputError
from s1ecs.outputs.search.answers import is_success
from s1ecs.outputs.search.names import data_stream, latest_template, templates
from s1ecs.outputs.search.server import Reply, Server


async def make_sure(server: Server, stream: str, namespace: str, *, latest: bool) -> None:
    """Raise OutputError, which names the cure, where documents of a stream would be indexed by guessing."""
    name = data_stream(stream, namespace)
    found = [await _template(server, template) for template in templates(stream)]
    # Of a data stream this names its backing indices.
    there = await server.request("GET", f"/{name}/_settings/index.creation_date")
    if is_success(server, there, name) and name in there.body:
        raise OutputError(
            f"{server.name}: {name} is an index and no data stream; move its documents away, remove it, then run: "
            "s1ecs setup"
        )
    if not any(found):
        mapping = await server.request("GET", f"/{name}/_mapping")
        known = is_success(server, mapping, name)
        unseen = None in found
        # Elasticsearch refuses by itself to make anything else than a data stream.
        leave = unseen and not known and server.kind == "elasticsearch"
        if not (known and _is_ours(mapping)) and not leave:
            cure = ", or let the login read index templates" if unseen else ""
            raise OutputError(f"{server.name}: no index template for {name}; run: s1ecs setup{cure}")
    if latest and await _template(server, latest_template(stream)) is False:
        raise OutputError(f"{server.name}: no index template for the latest state of {stream}; run: s1ecs setup")


async def _template(server: Server, template: str) -> bool | None:
    """Whether it is there; None where the login may not see it."""
    reply = await server.request("GET", f"/_index_template/{template}")
    if reply.status == HTTPStatus.FORBIDDEN:
        return None
    return is_success(server, reply, template)


def _is_ours(mapping: Reply) -> bool:
    return any(
        "sentinel_one" in index.get("mappings", {}).get("properties", {})
        for index in mapping.body.values()
        if isinstance(index, dict)
    )
