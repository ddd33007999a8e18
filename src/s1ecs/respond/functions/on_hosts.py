"""Python functions for actions on hosts."""

from collections.abc import Sequence

from s1ecs.respond.console import ActionConsole
from s1ecs.respond.engine import Following, act
from s1ecs.respond.result import Result


async def isolate(
    console: ActionConsole, host: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """Cut a host off the network: POST /agents/actions/disconnect.

    `host` is an agent id, uuid or exact computer name; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "isolate", host, {}, comment=comment, following=following)


async def release(
    console: ActionConsole, host: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """End the isolation of a host: POST /agents/actions/connect.

    `host` is an agent id, uuid or exact computer name; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "release", host, {}, comment=comment, following=following)


async def get_file(
    console: ActionConsole, host: str, paths: Sequence[str], *, comment: str = "", following: Following | None = None
) -> Result:
    """Fetch up to 10 files by their absolute paths, as a zip with a password: POST /agents/{id}/actions/fetch-files.

    `host` is an agent id, uuid or exact computer name; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "get-file", host, {"paths": list(paths)}, comment=comment, following=following)


async def scan(console: ActionConsole, host: str, *, comment: str = "", following: Following | None = None) -> Result:
    """Scan the whole disk of a host: POST /agents/actions/initiate-scan.

    `host` is an agent id, uuid or exact computer name; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "scan", host, {}, comment=comment, following=following)


async def abort_scan(
    console: ActionConsole, host: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """Stop a scan that is running: POST /agents/actions/abort-scan.

    `host` is an agent id, uuid or exact computer name; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "abort-scan", host, {}, comment=comment, following=following)


async def broadcast(
    console: ActionConsole, host: str, message: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """Show a message of up to 140 characters to the user of a host (Windows, macOS): POST /agents/actions/broadcast.

    `host` is an agent id, uuid or exact computer name; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "broadcast", host, {"message": message}, comment=comment, following=following)


async def move_group(
    console: ActionConsole, host: str, group: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """Move a host into another group of its site, by the id of the group: PUT /groups/{group}/move-agents.

    `host` is an agent id, uuid or exact computer name; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "move-group", host, {"group": group}, comment=comment, following=following)


async def restart(
    console: ActionConsole, host: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """Restart a host: POST /agents/actions/restart-machine.

    `host` is an agent id, uuid or exact computer name; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "restart", host, {}, comment=comment, following=following)


async def shutdown(
    console: ActionConsole, host: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """Shut a host down: POST /agents/actions/shutdown.

    `host` is an agent id, uuid or exact computer name; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "shutdown", host, {}, comment=comment, following=following)


async def uninstall(
    console: ActionConsole, host: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """Uninstall the agent, so that the host is no longer protected: POST /agents/actions/uninstall.

    `host` is an agent id, uuid or exact computer name; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "uninstall", host, {}, comment=comment, following=following)


async def decommission(
    console: ActionConsole, host: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """Take a host out of the console: POST /agents/actions/decommission.

    `host` is an agent id, uuid or exact computer name; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "decommission", host, {}, comment=comment, following=following)


async def disable_agent(
    console: ActionConsole, host: str, *, reboot: bool = False, comment: str = "", following: Following | None = None
) -> Result:
    """Disable the agent until it is enabled again: POST /agents/actions/disable-agent.

    `host` is an agent id, uuid or exact computer name; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(
        console, "disable-agent", host, {"reboot": "yes" if reboot else "no"}, comment=comment, following=following
    )


async def processes(
    console: ActionConsole, host: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """List the processes of a host (Linux, macOS) by the console's own script: POST /remote-scripts/execute.

    `host` is an agent id, uuid or exact computer name; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "processes", host, {}, comment=comment, following=following)


async def kill_process(
    console: ActionConsole, host: str, name: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """End all processes of a name by the console's own script: POST /remote-scripts/execute.

    `host` is an agent id, uuid or exact computer name; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "kill-process", host, {"name": name}, comment=comment, following=following)


async def run_script(
    console: ActionConsole,
    host: str,
    script: str,
    *,
    input: str | None = None,  # noqa: A002 - what the console calls it
    comment: str = "",
    following: Following | None = None,
) -> Result:
    """Run a script of the library, by its id, with an input that is passed as it is: POST /remote-scripts/execute.

    `host` is an agent id, uuid or exact computer name; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(
        console, "run-script", host, {"script": script, "input": input}, comment=comment, following=following
    )
