"""Remote scripts: POST /remote-scripts/execute, with the console's own scripts or those of its library."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from s1ecs.respond import validators
from s1ecs.respond.actions.action import LINUX, MACOS, Action, Answers, Argument, Listing, Lookup, On
from s1ecs.respond.actions.body_template import Slot
from s1ecs.respond.trackers.script import ScriptTracker

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
_UNCERTAIN = "look under Automation > Tasks for a task whose description contains the id of this action"
_RUN = "Remote Script Orchestration -> "
_APPROVAL = "The script requires approval (`pendingExecutionId`): approve it in the console."
_MODULE = "The site requires the RemoteOps module."
_OFFLINE = "The host is offline: the script runs when it is back online; until then the action is pending."
_EXPIRED = "The result can only be downloaded for a limited time."

_NAME = Argument(
    "name",
    "Name of the process; every process of this name is terminated.",
    validators.process_name,
    flag="--name",
    needed=False,
    limit="letters, digits, spaces and ._-+()/:@#~=; no quotes, separators or wildcards",
)
_PID = Argument(
    "pid",
    "Id of the process, instead of its name; refused if the script of the console accepts names only.",
    validators.process_id,
    flag="--pid",
    needed=False,
    limit="a number",
)
_SCRIPT = Argument(
    "script",
    "Id of the script; `s1ecs respond scripts` lists them.",
    validators.script_id,
    limit=f"at most {validators.LONGEST_SCRIPT_ID} characters",
)
_INPUT = Argument(
    "input",
    "Arguments for the script, passed unchanged.",
    validators.script_input,
    flag="--input",
    needed=False,
    limit=f"at most {validators.LONGEST_INPUT} characters; required if the script requires input",
)


def _terminate(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    windows = str(arguments.get("system", "")).startswith("windows")
    chosen = f'{"-Processes" if windows else "--processes"} "{arguments.get("name")}"'
    if arguments.get("pid"):
        chosen = f"{arguments['pid_option']} {arguments['pid']}"
    return {**arguments, "input": f"-Terminate {chosen} -Force" if windows else f"--terminate {chosen} --force"}


def _no_input(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**arguments, "input": ""}


SCRIPTS = (
    Action(
        "processes",
        "List the processes of a host with the console's own script.",
        "List the processes of {target}",
        On.HOST,
        f"{_RUN}Run Data Collection Script",
        "POST",
        _PATH,
        _BODY,
        Answers.TASK,
        "s1ecs respond processes srv-007",
        _UNCERTAIN,
        follower=ScriptTracker(),
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
        "Terminate the processes with a given name, or one by its id, with the console's own script.",
        "Terminate {name}{pid} on {target}",
        On.HOST,
        f"{_RUN}Run Action Script",
        "POST",
        _PATH,
        _BODY,
        Answers.TASK,
        "s1ecs respond kill-process ws-042 --name evil.exe",
        _UNCERTAIN,
        arguments=(_NAME, _PID),
        one_of=("name", "pid"),
        follower=ScriptTracker(brings_file=False),
        lookup=Lookup.TERMINATE,
        drawn=frozenset({"task"}),
        values=_terminate,
        patience=timedelta(minutes=10),
        troubles=(
            _OFFLINE,
            _APPROVAL,
            _MODULE,
            "--pid: the script accepts process ids only if its instructions name an option for them.",
        ),
    ),
    Action(
        "run-script",
        "Run a script of the console's library on a host and download its result.",
        "Run script {script} on {target}",
        On.HOST,
        f"{_RUN}Run Action Script, Run Data Collection Script or Run Artifact Collection Script",
        "POST",
        _PATH,
        _BODY,
        Answers.TASK,
        "s1ecs respond run-script ws-042 1466645476786791838 --input '--days 3'",
        _UNCERTAIN,
        arguments=(_SCRIPT, _INPUT),
        follower=ScriptTracker(),
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
            "A completed task only means that the script ran; its detailed status tells whether it succeeded.",
        ),
    ),
)

SCRIPT_LISTINGS = (
    Listing(
        "scripts",
        "List the scripts in the console's library.",
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
                "Operating system of the scripts. Default: all.",
                str,
                flag="--os",
                needed=False,
                choices=("linux", "macos", "windows"),
            ),
        ),
        parameters={"os": "osTypes"},
    ),
)
