"""Actions on hosts: POST /agents/actions/..., /agents/{id}/actions/fetch-files, PUT /groups/{group}/move-agents."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from s1ecs.respond import validators
from s1ecs.respond.actions import host_checks
from s1ecs.respond.actions.action import MACOS, WINDOWS, Action, Answers, Argument, Lookup, On
from s1ecs.respond.actions.body_template import Slot
from s1ecs.respond.trackers.field import FieldTracker, ScanTracker
from s1ecs.respond.trackers.files import FetchedFileTracker
from s1ecs.respond.trackers.network import NetworkTracker
from s1ecs.respond.trackers.traces import OrderTracker

_THIS = {"ids": [Slot("id")]}
# The console deletes what agents uploaded.
_FILES_KEPT = timedelta(days=3)
_EVERY_AGENT = {"isDecommissioned": "True,False"}
_OFFLINE = "The host is offline: it receives the command when it is back online; until then the action is pending."
_NOT_AFFECTED = "`affected: 0`: the token may not act on this host, or the console no longer knows it."

_PATHS = Argument(
    "paths",
    "Files to fetch.",
    validators.path,
    many=True,
    most=10,
    limit="1 to 10 absolute paths, 10 MB in total, no wildcards; spaces are allowed",
)
_MESSAGE = Argument(
    "message",
    "Text of the message.",
    validators.message,
    limit=f"at most {validators.LONGEST_MESSAGE} characters",
)
_GROUP = Argument(
    "group", "Id of the target group, in the same site as the host.", validators.console_id, limit="a console id"
)
_REBOOT = Argument(
    "reboot",
    "Restart the host to apply the change; the console requires a choice.",
    str,
    flag="--reboot",
    choices=("yes", "no"),
)


def _reboot(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**arguments, "should_reboot": arguments["reboot"] == "yes"}


HOSTS = (
    Action(
        "isolate",
        "Isolate a host from the network; only the console can still reach it.",
        "Isolate {target}",
        On.HOST,
        "Endpoints -> Disconnect from network",
        "POST",
        "/agents/actions/disconnect",
        {"filter": _THIS},
        Answers.AFFECTED,
        "s1ecs respond isolate ws-042 --comment 'case 17'",
        "check whether the network status of the host is disconnected",
        ended_by="release",
        follower=NetworkTracker(
            "disconnected", "disconnecting", "connected", ordered=61, done=(1001,), undone=(62, 1002), failed=(2010,)
        ),
        checks=(host_checks.NOT_YET_ISOLATED,),
        troubles=(_OFFLINE, _NOT_AFFECTED, "The agent fails to isolate the host (activity 2010)."),
    ),
    Action(
        "release",
        "Release a host from isolation.",
        "Release {target} from isolation",
        On.HOST,
        "Endpoints -> Reconnect to network",
        "POST",
        "/agents/actions/connect",
        {"filter": _THIS},
        Answers.AFFECTED,
        "s1ecs respond release ws-042",
        "check whether the network status of the host is connected",
        follower=NetworkTracker("connected", "connecting", "disconnected", ordered=62, done=(1002,), undone=(61, 1001)),
        checks=(host_checks.ISOLATED,),
        troubles=(_OFFLINE, _NOT_AFFECTED),
    ),
    Action(
        "get-file",
        "Fetch files from a host as a ZIP with a random password.",
        "Fetch files from {target}",
        On.HOST,
        "Endpoints -> File Fetch",
        "POST",
        "/agents/{id}/actions/fetch-files",
        {"data": {"password": Slot("password"), "files": Slot("paths")}},
        Answers.SUCCESS,
        "s1ecs respond get-file ws-042 'C:\\Temp\\a b.txt' 'C:\\Temp\\c.log' --to evidence",
        "look for the activity 'initiated a fetch file command' of the host",
        arguments=(_PATHS,),
        follower=FetchedFileTracker(),
        drawn=frozenset({"password"}),
        patience=timedelta(minutes=10),
        longest=_FILES_KEPT,
        brings_file=True,
        troubles=(
            _OFFLINE,
            "The console deletes fetched files after 3 days, or earlier once more than 30 files have been fetched.",
            "A file that cannot be read is missing from the ZIP; manifest.json in the ZIP gives the reason.",
            "FedRAMP and GovCloud consoles require a support ticket before files can be fetched.",
        ),
    ),
    Action(
        "scan",
        "Start a full disk scan of a host.",
        "Scan {target}",
        On.HOST,
        "Endpoints -> Initiate Scan",
        "POST",
        "/agents/actions/initiate-scan",
        {"filter": _THIS, "data": {}},
        Answers.AFFECTED,
        "s1ecs respond scan ws-042 --no-wait",
        "check the scan status of the host",
        follower=ScanTracker(done="finished", failed="aborted"),
        checks=(host_checks.NOT_SCANNING,),
        patience=timedelta(hours=2),
        troubles=(_OFFLINE, _NOT_AFFECTED, "A scan can take hours; check it later with `s1ecs respond status ID`."),
    ),
    Action(
        "abort-scan",
        "Stop a running scan.",
        "Stop the scan of {target}",
        On.HOST,
        "Endpoints -> Abort Scan",
        "POST",
        "/agents/actions/abort-scan",
        {"filter": _THIS},
        Answers.AFFECTED,
        "s1ecs respond abort-scan ws-042",
        "check the scan status of the host",
        follower=ScanTracker(done="aborted", failed="finished"),
        checks=(host_checks.SCANNING,),
        troubles=(_OFFLINE, _NOT_AFFECTED, "The scan finishes before it can be stopped."),
    ),
    Action(
        "broadcast",
        "Show a message to the user of a host.",
        "Send the message to {target}",
        On.HOST,
        "Endpoints -> Send Message",
        "POST",
        "/agents/actions/broadcast",
        {"data": {"message": Slot("message")}, "filter": _THIS},
        Answers.AFFECTED,
        "s1ecs respond broadcast ws-042 'Please call the help desk.'",
        "ask the user of the host; the console keeps no record of messages",
        arguments=(_MESSAGE,),
        systems=WINDOWS | MACOS,
        troubles=(_OFFLINE, _NOT_AFFECTED),
    ),
    Action(
        "move-group",
        "Move a host to another group of its site.",
        "Move {target} to group {group}",
        On.HOST,
        "Groups -> Move to group",
        "PUT",
        "/groups/{group}/move-agents",
        {"filter": _THIS},
        Answers.MOVED,
        "s1ecs respond move-group ws-042 225494730938493915",
        "check the group of the host",
        arguments=(_GROUP,),
        follower=FieldTracker("/agents", "groupId", argument="group", more=_EVERY_AGENT),
        lookup=Lookup.GROUP,
        troubles=("`agentsMoved: 0`: the group belongs to another site, or the host is in it already.",),
    ),
    Action(
        "restart",
        "Restart a host.",
        "Restart {target}",
        On.HOST,
        "Endpoints -> Reboot",
        "POST",
        "/agents/actions/restart-machine",
        {"filter": _THIS},
        Answers.AFFECTED,
        "s1ecs respond restart ws-042",
        "look for the activity 'issued a restart command' of the host",
        follower=OrderTracker(74),
        troubles=(_OFFLINE, _NOT_AFFECTED),
    ),
    Action(
        "shutdown",
        "Shut down a host.",
        "Shut down {target}",
        On.HOST,
        "Endpoints -> Shut Down",
        "POST",
        "/agents/actions/shutdown",
        {"filter": _THIS},
        Answers.AFFECTED,
        "s1ecs respond shutdown ws-042",
        "look for the activity 'issued a shutdown command' of the host",
        follower=OrderTracker(63),
        checks=(host_checks.ONLINE,),
        troubles=(_NOT_AFFECTED,),
    ),
    Action(
        "uninstall",
        "Uninstall the agent of a host; the host is no longer protected.",
        "Uninstall the agent of {target}",
        On.HOST,
        "Endpoints -> Uninstall",
        "POST",
        "/agents/actions/uninstall",
        {"filter": _THIS},
        Answers.AFFECTED,
        "s1ecs respond uninstall ws-042 --confirm ws-042",
        "check whether the agent of the host is pending uninstall",
        follower=OrderTracker(50),
        dangerous=True,
        troubles=(_OFFLINE, _NOT_AFFECTED),
    ),
    Action(
        "decommission",
        "Remove a host from the console; it reappears when its agent reports again.",
        "Decommission {target}",
        On.HOST,
        "Endpoints -> Decommission",
        "POST",
        "/agents/actions/decommission",
        {"filter": _THIS},
        Answers.AFFECTED,
        "s1ecs respond decommission ws-042 --confirm ws-042",
        "check whether the host is decommissioned",
        follower=FieldTracker("/agents", "isDecommissioned", wanted=(True,), more=_EVERY_AGENT),
        dangerous=True,
        troubles=(_NOT_AFFECTED,),
    ),
    Action(
        "disable-agent",
        "Disable the agent of a host until it is enabled again; the host is unprotected meanwhile.",
        "Disable the agent of {target}",
        On.HOST,
        "Endpoints -> Disable Agent",
        "POST",
        "/agents/actions/disable-agent",
        {"data": {"shouldReboot": Slot("should_reboot")}, "filter": _THIS},
        Answers.AFFECTED,
        "s1ecs respond disable-agent ws-042 --reboot no --confirm ws-042",
        "look for the activity 'issued a Disable Agent command' of the host",
        arguments=(_REBOOT,),
        follower=OrderTracker(117),
        values=_reboot,
        dangerous=True,
        troubles=(_OFFLINE, _NOT_AFFECTED),
    ),
    Action(
        "enable-agent",
        "Enable a disabled agent, so that the host is protected again.",
        "Enable the agent of {target}",
        On.HOST,
        "Endpoints -> Enable Agent",
        "POST",
        "/agents/actions/enable-agent",
        {"data": {"shouldReboot": Slot("should_reboot")}, "filter": _THIS},
        Answers.AFFECTED,
        "s1ecs respond enable-agent ws-042 --reboot no",
        "look for the activity 'issued an Enable Agent command' of the host",
        arguments=(_REBOOT,),
        follower=OrderTracker(118),
        values=_reboot,
        troubles=(_OFFLINE, _NOT_AFFECTED),
    ),
)
