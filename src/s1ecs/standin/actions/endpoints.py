"""The paths of response actions, and of what one must look at for them."""

from functools import partial

from s1ecs.standin.actions import (
    agents,
    approvals,
    indicators,
    moves,
    notes,
    restrictions,
    script_library,
    script_output,
    script_runs,
    threat_files,
    threats,
    uploads,
    verdicts,
)
from s1ecs.standin.actions.unified import graphql, is_mutation
from s1ecs.standin.endpoint import Endpoint, always
from s1ecs.standin.parameters.parameter import NONE
from s1ecs.standin.tokens import Acting

_Acting = partial(Endpoint, parameters=NONE, acts=always)
_AGENTS = "/agents/actions"
_ALERTS = "/cloud-detection/alerts"
_INDICATORS = "/threat-intelligence/iocs"
_MITIGATE = "/threats/mitigate"
_PENDING = "/remote-scripts/pending-executions"
_SCRIPTS: Acting = "RemoteScriptOrchestration.view"

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
    _Acting("POST", f"{_AGENTS}/enable-agent", "Endpoints.enableAgent", answer=agents.ENABLE),
    _Acting("POST", "/agents/{agent_id}/actions/fetch-files", "Endpoints.fileFetch", answer=uploads.fetch_files),
    Endpoint("GET", "/agents/{agent_id}/uploads/{activity_id}", "Endpoints", NONE, uploads.download),
    _Acting("PUT", "/groups/{group_id}/move-agents", "Groups.moveToGroup", answer=moves.move),
    Endpoint("GET", "/remote-scripts", _SCRIPTS, script_library.PARAMETERS, script_library.scripts),
    # Which kind of script it is decides about the permission.
    _Acting("POST", "/remote-scripts/execute", _SCRIPTS, answer=script_runs.execute),
    Endpoint("GET", "/remote-scripts/status", "TaskManagement.view", script_runs.STATUS, script_runs.status),
    Endpoint("POST", "/remote-scripts/fetch-files", _SCRIPTS, NONE, script_output.fetch),
    Endpoint("POST", "/remote-scripts/guardrails/check", _SCRIPTS, NONE, approvals.check),
    Endpoint("GET", _PENDING, _SCRIPTS, approvals.PENDING, approvals.pending),
    _Acting("PUT", _PENDING + "/{id}", "RemoteScriptOrchestration.reviewPendingExecutions", answer=approvals.review),
    _Acting("POST", f"{_MITIGATE}/kill", "Threats.kill", answer=threats.mitigate("kill")),
    _Acting("POST", f"{_MITIGATE}/quarantine", "Threats.quarantine", answer=threats.mitigate("quarantine")),
    _Acting("POST", f"{_MITIGATE}/un-quarantine", "Threats.unquarantine", answer=threats.mitigate("un-quarantine")),
    _Acting("POST", f"{_MITIGATE}/remediate", "Threats.remediate", answer=threats.mitigate("remediate")),
    _Acting(
        "POST",
        f"{_MITIGATE}/rollback-remediation",
        "Threats.rollback",
        answer=threats.mitigate("rollback-remediation"),
    ),
    _Acting("POST", _MITIGATE + "/{action}", "token", answer=threats.no_such_mitigation),
    _Acting("POST", "/threats/analyst-verdict", "Threats.updateAnalystVerdict", answer=verdicts.threat_verdict),
    _Acting("POST", "/threats/incident", "Threats.updateIncidentStatus", answer=verdicts.threat_status),
    _Acting("POST", "/threats/fetch-file", "Threats.fetchThreatFile", answer=threat_files.fetch),
    # Whoever may see threats may write notes to them.
    _Acting("POST", "/threats/notes", "Threats.view", answer=notes.add),
    Endpoint("GET", "/threats/{threat_id}/notes", "Threats.view", notes.PARAMETERS, notes.of_threat),
    _Acting(
        "POST",
        f"{_ALERTS}/analyst-verdict",
        "CustomAlerts.updateAnalystVerdict",
        answer=verdicts.alert_verdict,
        of_star=True,
    ),
    _Acting(
        "POST", f"{_ALERTS}/incident", "CustomAlerts.updateIncidentStatus", answer=verdicts.alert_status, of_star=True
    ),
    Endpoint("GET", "/restrictions", "token", restrictions.PARAMETERS, restrictions.read),
    _Acting("POST", "/restrictions", "Blacklist.create", answer=restrictions.add),
    _Acting("DELETE", "/restrictions", "Blacklist.edit", answer=restrictions.remove),
    Endpoint("GET", _INDICATORS, "ThreatIntelligence.view", indicators.PARAMETERS, indicators.read),
    _Acting("POST", _INDICATORS, "ThreatIntelligence.manage", answer=indicators.add),
    _Acting("DELETE", _INDICATORS, "ThreatIntelligence.manage", answer=indicators.remove),
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
