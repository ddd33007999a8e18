"""Remote scripts: POST /remote-scripts/execute, with the console's own scripts or those of its library."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from s1ecs.respond import limits
from s1ecs.respond.action import LINUX, MACOS, Action, Answers, Argument, Listing, Lookup, On
from s1ecs.respond.following.script import Script
from s1ecs.respond.template import Slot

_BODY = {
    "filter": {"ids": [Slot("id")]},
    "data": {
        "scriptId": Slot("script"),
        "outputDestination": "SentinelCloud",
        "taskDescription": Slot("task"),
        "requiresApproval": False,
        "inputParams": Slot("input"),
    },
}
_PATH = "/remote-scripts/execute"
_UNCERTAIN = "look under Automation > Tasks for a task whose description holds the id of this action"
_RUN = "Remote Script Orchestration -> "
_APPROVAL = "The script waits for an approval (`pendingExecutionId`): somebody must approve it in the console."
_MODULE = "The site needs the RemoteOps module."
_OFFLINE = "The host is offline: the script runs when it is back; until then the action is pending."
_EXPIRED = "The result can be fetched for a limited time only."

_NAME = Argument(
    "name",
    "The name of the process; every process of this name is ended.",
    limits.process_name,
    flag="--name",
    limit="no quotes, separators, wildcards or anything else that a shell could take for more than a name",
)
_SCRIPT = Argument(
    "script",
    "The script's id; `s1ecs respond scripts` lists them.",
    limits.script_id,
    limit=f"at most {limits.LONGEST_SCRIPT_ID} characters",
)
_INPUT = Argument(
    "input",
    "What the script is given, passed as typed.",
    limits.script_input,
    flag="--input",
    needed=False,
    limit=f"at most {limits.LONGEST_INPUT} characters; needed where the script says so",
)


def _terminate(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    name = arguments["name"]
    windows = str(arguments.get("system", "")).startswith("windows")
    told = f'-Terminate -Processes "{name}" -Force' if windows else f'--terminate --processes "{name}" --force'
    return {**arguments, "input": told}


def _no_input(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**arguments, "input": ""}


SCRIPTS = (
    Action(
        "processes",
        "List the processes of a host, by the console's own script.",
        On.HOST,
        f"{_RUN}Run Data Collection Script",
        "POST",
        _PATH,
        _BODY,
        Answers.TASK,
        "s1ecs respond processes srv-007",
        _UNCERTAIN,
        follower=Script(),
        systems=LINUX | MACOS,
        lookup=Lookup.PROCESS_LIST,
        drawn=frozenset({"task"}),
        values=_no_input,
        patience=timedelta(minutes=10),
        brings_file=True,
        troubles=(_OFFLINE, _APPROVAL, _MODULE, _EXPIRED),
    ),
    Action(
        "kill-process",
        "End all processes of a name on a host, by the console's own script.",
        On.HOST,
        f"{_RUN}Run Action Script",
        "POST",
        _PATH,
        _BODY,
        Answers.TASK,
        "s1ecs respond kill-process ws-042 --name evil.exe",
        _UNCERTAIN,
        arguments=(_NAME,),
        follower=Script(brings_file=False),
        lookup=Lookup.TERMINATE,
        drawn=frozenset({"task"}),
        values=_terminate,
        patience=timedelta(minutes=10),
        troubles=(_OFFLINE, _APPROVAL, _MODULE),
    ),
    Action(
        "run-script",
        "Run a script of the console's library on a host, and fetch its result.",
        On.HOST,
        f"{_RUN}Run Action Script, Run Data Collection Script or Run Artifact Collection Script",
        "POST",
        _PATH,
        _BODY,
        Answers.TASK,
        "s1ecs respond run-script ws-042 1466645476786791838 --input '--days 3'",
        _UNCERTAIN,
        arguments=(_SCRIPT, _INPUT),
        follower=Script(),
        lookup=Lookup.SCRIPT,
        drawn=frozenset({"task"}),
        values=lambda arguments: {"input": None, **arguments},
        patience=timedelta(minutes=10),
        brings_file=True,
        troubles=(
            _OFFLINE,
            _APPROVAL,
            _MODULE,
            _EXPIRED,
            "A task that is completed tells only that the script ran; the status in detail tells how it ended.",
        ),
    ),
)

SCRIPT_LISTINGS = (
    Listing(
        "scripts",
        "List the scripts of the console's library.",
        f"{_RUN}View",
        "/remote-scripts",
        {"sortBy": "scriptName", "sortOrder": "asc", "limit": "1000"},
        (
            ("id", "id"),
            ("name", "scriptName"),
            ("type", "scriptType"),
            ("systems", "osTypes"),
            ("input needed", "inputRequired"),
            ("input", "inputInstructions"),
            ("example", "inputExample"),
            ("approval", "requiresApproval"),
            ("description", "scriptDescription"),
        ),
        "s1ecs respond scripts --os linux",
        arguments=(
            Argument(
                "os",
                "For this operating system only.",
                str,
                flag="--os",
                needed=False,
                choices=("linux", "macos", "windows"),
            ),
        ),
        parameters={"os": "osTypes"},
    ),
)
