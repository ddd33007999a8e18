"""A check that a template maps a stream's documents: without one the server would guess their fields."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from s1ecs.errors import OutputError
from s1ecs.outputs.search.admin_requests import lacks
from s1ecs.outputs.search.client.server import Reply, SearchServer
from s1ecs.outputs.search.latest_state import latest_index
from s1ecs.outputs.search.names import data_stream, latest_template, templates
from s1ecs.outputs.search.responses import is_success

# What of a mapping tells whether a template made it.
_MARKS = (
    "*.mappings._meta,*.mappings.dynamic,*.mappings.dynamic_templates,"
    "*.mappings.properties.@timestamp,*.mappings.properties.sentinel_one,*.mappings.properties.data_stream"
)
# A template of Elasticsearch's own, `logs-*-*`, which guesses all that ECS does not name.
_GUESSING = "all_strings_to_keywords"


async def make_sure(server: SearchServer, stream: str, namespace: str, *, latest: bool) -> None:
    """Raise OutputError, which names the cure, where documents of a stream would be indexed by guessing."""
    name = data_stream(stream, namespace)
    found = [await _template(server, template) for template in templates(stream)]
    # Of a data stream this names its backing indices.
    there = await server.request("GET", f"/{name}/_settings/index.creation_date")
    if is_success(server, there, name):
        await _refuse_others(server, name, there)
    if not any(found):
        await _refuse_guesses(server, name, unseen=None in found)
    if latest:
        await _make_sure_of_latest(server, stream, namespace)


async def _make_sure_of_latest(server: SearchServer, stream: str, namespace: str) -> None:
    found = await _template(server, latest_template(stream))
    if found is False:
        raise OutputError(f"{server.name}: no index template for the latest state of {stream}; run: s1ecs setup")
    name = latest_index(stream, namespace)
    if found is None and await _is_designed(server, name) is False:
        raise OutputError(f"{server.name}: {_guessed(name)}")


async def _refuse_others(server: SearchServer, name: str, there: Reply) -> None:
    """Raise OutputError where something other than a data stream has the name."""
    cure = "move its documents away, remove it, then run: s1ecs setup"
    if name in there.body:
        raise OutputError(f"{server.name}: {name} is an index, not a data stream; {cure}")
    reply = await server.request("GET", f"/_resolve/index/{name}")
    if reply.status == HTTPStatus.FORBIDDEN or lacks(reply) or not is_success(server, reply, name):
        return
    aliases = reply.body.get("aliases")
    if any(isinstance(each, dict) and each.get("name") == name for each in aliases or ()):
        raise OutputError(f"{server.name}: {name} is an alias, not a data stream; {cure}")


async def _refuse_guesses(server: SearchServer, name: str, *, unseen: bool) -> None:
    """Raise OutputError where no template is known and none made the data stream either."""
    designed = await _is_designed(server, name)
    # Elasticsearch refuses by itself to make anything else than a data stream; what it made is looked at afterwards.
    if designed or (designed is None and unseen and server.kind == "elasticsearch"):
        return
    if designed is False and not unseen:
        raise OutputError(f"{server.name}: no index template for {name}, and {_guessed(name)}")
    cure = ", or allow the user to read index templates" if unseen else ""
    raise OutputError(f"{server.name}: no index template for {name}; run: s1ecs setup{cure}")


def _guessed(name: str) -> str:
    return f"{name} has dynamically mapped fields; remove it, then run: s1ecs setup"


async def _template(server: SearchServer, template: str) -> bool | None:
    """Return whether the template exists; None where the login may not see it."""
    reply = await server.request("GET", f"/_index_template/{template}")
    if reply.status == HTTPStatus.FORBIDDEN:
        return None
    return is_success(server, reply, template)


async def _is_designed(server: SearchServer, name: str) -> bool | None:
    """Return whether a template for such documents made the newest index of a name; None where there is no index."""
    reply = await server.request("GET", f"/{name}/_mapping", query={"filter_path": _MARKS})
    if not is_success(server, reply, name):
        return None
    # By the numbers of backing indices; others were restored or shrunk from older ones.
    newest = max(reply.body, key=lambda index: (index.startswith(".ds-"), index), default="")
    about = reply.body.get(newest)
    return isinstance(about, dict) and _by_template(about.get("mappings", {}))


def _by_template(mappings: Mapping[str, Any]) -> bool:
    meta = mappings.get("_meta", {})
    if meta.get("managed_by") == "s1ecs" or meta.get("package", {}).get("name") == "sentinel_one":
        return True
    properties = mappings.get("properties", {})
    if "sentinel_one" not in properties:
        return False
    if str(mappings.get("dynamic", "true")).lower() != "true":
        return True
    guesses = any(_GUESSING in each for each in mappings.get("dynamic_templates", ()))
    dataset = properties.get("data_stream", {}).get("properties", {}).get("dataset", {})
    return not guesses and dataset.get("type") != "text"
