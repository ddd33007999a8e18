"""The origin of an error whose text a document may have caused: the settings of the index decide."""

from s1ecs.outputs.search.client.server import SearchServer
from s1ecs.outputs.search.error_rules import RulingDoubt
from s1ecs.outputs.search.responses import is_success

_SETTINGS = "index.mode,index.final_pipeline,index.creation_date"


async def is_index_at_fault(server: SearchServer, index: str, doubt: RulingDoubt) -> bool:
    """Return whether an index is missing, or set to what `doubt` names (`GET /INDEX/_settings`); raise OutputError."""
    reply = await server.request("GET", f"/{index}/_settings/{_SETTINGS}")
    if not is_success(server, reply, index):
        return True
    found = [about.get("settings", {}).get("index", {}) for about in reply.body.values() if isinstance(about, dict)]
    if doubt == "mode":
        return any(settings.get("mode") == "time_series" for settings in found)
    return doubt == "final_pipeline" and any(settings.get(doubt, "_none") != "_none" for settings in found)
