"""Response actions on hosts, threats, alerts and lists, from the table of actions to the result.

    async with respond.Console("https://example.sentinelone.net", token) as console:
        result = await respond.isolate(console, "ws-042", comment="case 17")

Every action is first written down in a state folder; its result says `done`, `failed`, `pending`, `superseded`,
`refused` or `unknown`, and why.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from s1ecs.respond.functions.on_findings import (
        alert_status,
        alert_verdict,
        threat_fetch_file,
        threat_mitigate,
        threat_note,
        threat_status,
        threat_verdict,
        unified_alert_note,
        unified_alert_status,
        unified_alert_verdict,
    )
    from s1ecs.respond.functions.on_hosts import (
        abort_scan,
        broadcast,
        decommission,
        disable_agent,
        enable_agent,
        get_file,
        isolate,
        kill_process,
        move_group,
        processes,
        release,
        restart,
        run_script,
        scan,
        shutdown,
        uninstall,
    )
    from s1ecs.respond.functions.on_lists import blocklist_add, blocklist_remove, ioc_add, ioc_remove
    from s1ecs.respond.functions.on_many import many
    from s1ecs.respond.functions.reading import accounts, blocklist, groups, history, iocs, scripts, sites, status
    from s1ecs.respond.plan.plan import Plan, Scope, make_plan
    from s1ecs.respond.run.engine import Following, act, carry_out
    from s1ecs.respond.run.result import Result
    from s1ecs.respond.session import ActionConsole, Console, Surroundings

__all__ = [
    "ActionConsole",
    "Console",
    "Following",
    "Plan",
    "Result",
    "Scope",
    "Surroundings",
    "abort_scan",
    "accounts",
    "act",
    "alert_status",
    "alert_verdict",
    "blocklist",
    "blocklist_add",
    "blocklist_remove",
    "broadcast",
    "carry_out",
    "decommission",
    "disable_agent",
    "enable_agent",
    "get_file",
    "groups",
    "history",
    "ioc_add",
    "ioc_remove",
    "iocs",
    "isolate",
    "kill_process",
    "make_plan",
    "many",
    "move_group",
    "processes",
    "release",
    "restart",
    "run_script",
    "scan",
    "scripts",
    "shutdown",
    "sites",
    "status",
    "threat_fetch_file",
    "threat_mitigate",
    "threat_note",
    "threat_status",
    "threat_verdict",
    "unified_alert_note",
    "unified_alert_status",
    "unified_alert_verdict",
    "uninstall",
]

# Where they are, read when a name is first used: the command line needs little of them to show its help.
_MODULES = (
    "session",
    "run.engine",
    "plan.plan",
    "run.result",
    "functions.on_hosts",
    "functions.on_findings",
    "functions.on_lists",
    "functions.on_many",
    "functions.reading",
)


def __getattr__(name: str) -> Any:
    """Return an exported name from the module that defines it."""
    if name in __all__:
        for module in _MODULES:
            found = getattr(import_module(f"{__name__}.{module}"), name, None)
            if found is not None:
                return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
