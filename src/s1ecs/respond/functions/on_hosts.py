"""Python functions for actions on hosts."""

from collections.abc import Sequence
from datetime import timedelta

from s1ecs.respond.run.engine import Following, act
from s1ecs.respond.run.result import Result
from s1ecs.respond.session import ActionConsole


async def isolate(
    console: ActionConsole,
    host: str,
    *,
    lasting: timedelta | None = None,
    comment: str = "",
    following: Following | None = None,
) -> Result:
    """Cut a host off the network: POST /agents/actions/disconnect.

    `lasting`: `s1ecs run` on the same state folder releases it after this time.

    `host` is a name, address or id, as HOST is; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "isolate", host, {}, comment=comment, following=following, lasting=lasting)


async def release(
    console: ActionConsole, host: str, *, force: bool = False, comment: str = "", following: Following | None = None
) -> Result:
    """End the isolation of a host: POST /agents/actions/connect.

    `host` is a name, address or id, as HOST is; `comment` goes to the audit trail, `following` says how to wait.
    `force` sends it also where the state of the host, which may be told late, speaks against it.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "release", host, {}, comment=comment, following=following, force=force)


async def get_file(
    console: ActionConsole, host: str, paths: Sequence[str], *, comment: str = "", following: Following | None = None
) -> Result:
    """Fetch up to 10 files by their absolute paths, as a zip with a password: POST /agents/{id}/actions/fetch-files.

    `host` is a name, address or id, as HOST is; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "get-file", host, {"paths": list(paths)}, comment=comment, following=following)


async def scan(
    console: ActionConsole, host: str, *, force: bool = False, comment: str = "", following: Following | None = None
) -> Result:
    """Scan the whole disk of a host: POST /agents/actions/initiate-scan.

    `host` is a name, address or id, as HOST is; `comment` goes to the audit trail, `following` says how to wait.
    `force` sends it also where the state of the host, which may be told late, speaks against it.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "scan", host, {}, comment=comment, following=following, force=force)


async def abort_scan(
    console: ActionConsole, host: str, *, force: bool = False, comment: str = "", following: Following | None = None
) -> Result:
    """Stop a scan that is running: POST /agents/actions/abort-scan.

    `host` is a name, address or id, as HOST is; `comment` goes to the audit trail, `following` says how to wait.
    `force` sends it also where the state of the host, which may be told late, speaks against it.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "abort-scan", host, {}, comment=comment, following=following, force=force)


async def broadcast(
    console: ActionConsole, host: str, message: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """Show a message of up to 140 characters to the user of a host (Windows, macOS): POST /agents/actions/broadcast.

    `host` is a name, address or id, as HOST is; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "broadcast", host, {"message": message}, comment=comment, following=following)


async def move_group(
    console: ActionConsole, host: str, group: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """Move a host into another group of its site, by the id of the group: PUT /groups/{group}/move-agents.

    `host` is a name, address or id, as HOST is; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "move-group", host, {"group": group}, comment=comment, following=following)


async def restart(
    console: ActionConsole, host: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """Restart a host: POST /agents/actions/restart-machine.

    `host` is a name, address or id, as HOST is; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "restart", host, {}, comment=comment, following=following)


async def shutdown(
    console: ActionConsole, host: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """Shut a host down: POST /agents/actions/shutdown.

    `host` is a name, address or id, as HOST is; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "shutdown", host, {}, comment=comment, following=following)


async def uninstall(
    console: ActionConsole, host: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """Uninstall the agent, so that the host is no longer protected: POST /agents/actions/uninstall.

    `host` is a name, address or id, as HOST is; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "uninstall", host, {}, comment=comment, following=following)


async def decommission(
    console: ActionConsole, host: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """Take a host out of the console: POST /agents/actions/decommission.

    `host` is a name, address or id, as HOST is; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "decommission", host, {}, comment=comment, following=following)


async def disable_agent(
    console: ActionConsole, host: str, *, reboot: bool = False, comment: str = "", following: Following | None = None
) -> Result:
    """Disable the agent until it is enabled again: POST /agents/actions/disable-agent.

    `host` is a name, address or id, as HOST is; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(
        console, "disable-agent", host, {"reboot": "yes" if reboot else "no"}, comment=comment, following=following
    )


async def enable_agent(
    console: ActionConsole, host: str, *, reboot: bool = False, comment: str = "", following: Following | None = None
) -> Result:
    """Enable a disabled agent: POST /agents/actions/enable-agent.

    `host` is a name, address or id, as HOST is; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(
        console, "enable-agent", host, {"reboot": "yes" if reboot else "no"}, comment=comment, following=following
    )


async def processes(
    console: ActionConsole, host: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """List the processes of a host (Linux, macOS) by the console's own script: POST /remote-scripts/execute.

    `host` is a name, address or id, as HOST is; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "processes", host, {}, comment=comment, following=following)


async def kill_process(
    console: ActionConsole,
    host: str,
    name: str | None = None,
    *,
    pid: str | None = None,
    comment: str = "",
    following: Following | None = None,
) -> Result:
    """End all processes of a name, or one by its id, by the console's own script: POST /remote-scripts/execute.

    Raises UsageError unless exactly one of `name` and `pid` is given.
    `host` is a name, address or id, as HOST is; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "kill-process", host, {"name": name, "pid": pid}, comment=comment, following=following)


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

    `host` is a name, address or id, as HOST is; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(
        console, "run-script", host, {"script": script, "input": input}, comment=comment, following=following
    )
