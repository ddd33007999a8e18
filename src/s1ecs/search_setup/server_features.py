"""Features of a server, learned by simulating templates that it does not keep (`_index_template/_simulate`)."""

from collections.abc import Mapping
from typing import Any

from s1ecs.ecs.index_mapping import FALLBACKS, Dialect
from s1ecs.outputs.search.admin_requests import good
from s1ecs.outputs.search.client.server import SearchServer
from s1ecs.search_setup.desired_state import WHERE_KNOWN, Features

_SIMULATE = "/_index_template/_simulate"
_PATTERN = "s1ecs-probe-*"
# No one has this: two templates of one priority for the same names would be refused for that.
_PRIORITY = 987_654_321
_REFUSED = 400

# A type that needs more than its name to be tried.
_DEFINITIONS: Mapping[str, Mapping[str, Any]] = {
    "constant_keyword": {"type": "constant_keyword", "value": "a"},
    "scaled_float": {"type": "scaled_float", "scaling_factor": 10},
    "unindexed": {"type": "object", "enabled": False},
}


async def learn(server: SearchServer) -> Features:
    """Learn which features that s1ecs would use the server has; changes nothing there.

    Raise OutputError where the login may not ask, ServerSilent where no answer comes.
    """
    return Features(
        dialect=Dialect(
            types=await _replacements(server),
            open_constants=await _takes_field(server, {"type": "constant_keyword"}),
            lenient_booleans=await _takes_field(server, {"type": "boolean", "ignore_malformed": True}),
            # Its wildcard keeps the whole value as one term, and no doc values by itself; Elasticsearch's does neither.
            wildcard_limit=server.kind == "opensearch",
        ),
        settings=frozenset(
            [name for name, value in WHERE_KNOWN.items() if await _takes(server, {"settings": {name: value}})]
        ),
        lifecycle=server.kind == "elasticsearch" and await _takes(server, {"lifecycle": {"enabled": True}}),
    )


async def _replacements(server: SearchServer) -> dict[str, str]:
    found = {}
    for kind, others in FALLBACKS.items():
        if await _takes_field(server, _DEFINITIONS.get(kind, {"type": kind})):
            continue
        for other in others[:-1]:
            if await _takes_field(server, _DEFINITIONS.get(other, {"type": other})):
                found[kind] = other
                break
        else:
            found[kind] = others[-1]
    return found


async def _takes_field(server: SearchServer, definition: Mapping[str, Any]) -> bool:
    return await _takes(server, {"mappings": {"properties": {"probe": definition}}})


async def _takes(server: SearchServer, template: Mapping[str, Any]) -> bool:
    stream: dict[str, Any] = {"data_stream": {}} if "lifecycle" in template else {}
    body = {"index_patterns": [_PATTERN], "priority": _PRIORITY, **stream, "template": template}
    reply = await server.request("POST", _SIMULATE, body)
    if reply.status == _REFUSED:
        return False
    good(server, "POST", _SIMULATE, reply)
    return True
