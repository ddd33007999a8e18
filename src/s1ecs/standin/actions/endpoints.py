"""The paths of response actions, and of what one must look at for them."""

from functools import partial

from s1ecs.standin.actions import agents, uploads
from s1ecs.standin.actions.unified import graphql, is_mutation
from s1ecs.standin.endpoint import Endpoint, always
from s1ecs.standin.parameters.parameter import NONE

_Acting = partial(Endpoint, parameters=NONE, acts=always)
_AGENTS = "/agents/actions"

ENDPOINTS = (
    _Acting("POST", f"{_AGENTS}/disconnect", "Endpoints.disconnectFromNetwork", answer=agents.DISCONNECT),
    _Acting("POST", f"{_AGENTS}/connect", "Endpoints.reconnectToNetwork", answer=agents.CONNECT),
    _Acting("POST", f"{_AGENTS}/initiate-scan", "Endpoints.initiateScan", answer=agents.SCAN),
    _Acting("POST", f"{_AGENTS}/abort-scan", "Endpoints.abortScan", answer=agents.ABORT_SCAN),
    _Acting("POST", f"{_AGENTS}/broadcast", "Endpoints.sendMessage", answer=agents.BROADCAST),
    _Acting("POST", f"{_AGENTS}/restart-machine", "Endpoints.reboot", answer=agents.RESTART),
    _Acting("POST", f"{_AGENTS}/shutdown", "Endpoints.shutDown", answer=agents.SHUTDOWN),
    _Acting("POST", f"{_AGENTS}/uninstall", "Endpoints.uninstall", answer=agents.UNINSTALL),
    _Acting("POST", f"{_AGENTS}/decommission", "Endpoints.decommission", answer=agents.DECOMMISSION),
    _Acting("POST", f"{_AGENTS}/disable-agent", "Endpoints.disableAgent", answer=agents.DISABLE),
    _Acting("POST", "/agents/{agent_id}/actions/fetch-files", "Endpoints.fileFetch", answer=uploads.fetch_files),
    Endpoint("GET", "/agents/{agent_id}/uploads/{activity_id}", "Endpoints", NONE, uploads.download),
    Endpoint(
        "POST",
        "/unifiedalerts/graphql",
        "Unified Alerts",
        NONE,
        graphql,
        schemes=("ApiToken", "Bearer"),
        acts=is_mutation,
    ),
)
