"""Python functions for actions on the blocklist and on indicators of compromise."""

from collections.abc import Sequence

from s1ecs.respond.plan.plan import Scope
from s1ecs.respond.run.engine import Following, act
from s1ecs.respond.run.result import Result
from s1ecs.respond.session import ActionConsole


async def blocklist_add(
    console: ActionConsole,
    scope: Scope,
    value: str,
    os: Sequence[str],
    *,
    description: str | None = None,
    source: str | None = None,
    comment: str = "",
    following: Following | None = None,
) -> Result:
    """Block a SHA1 or SHA256 on windows, macos, linux, windows_legacy: POST /restrictions.

    `scope` is where the list lies; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(
        console,
        "blocklist add",
        scope,
        {"value": value, "os": list(os), "description": description, "source": source},
        comment=comment,
        following=following,
    )


async def blocklist_remove(
    console: ActionConsole, scope: Scope, value: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """Take a hash off the blocklist of this very scope: DELETE /restrictions.

    `scope` is where the list lies; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "blocklist remove", scope, {"value": value}, comment=comment, following=following)


async def ioc_add(
    console: ActionConsole,
    scope: Scope,
    value: str,
    kind: str,
    source: str,
    *,
    valid_until: str | None = None,
    name: str | None = None,
    description: str | None = None,
    external_id: str | None = None,
    comment: str = "",
    following: Following | None = None,
) -> Result:
    """Add an indicator of a type (IPV4, IPV6, DNS, URL, MD5, SHA1, SHA256): POST /threat-intelligence/iocs.

    `scope` is where the list lies; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(
        console,
        "ioc add",
        scope,
        {
            "value": value,
            "type": kind,
            "source": source,
            "valid_until": valid_until,
            "name": name,
            "description": description,
            "external_id": external_id,
        },
        comment=comment,
        following=following,
    )


async def ioc_remove(
    console: ActionConsole, scope: Scope, value: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """Remove the indicators of a value: DELETE /threat-intelligence/iocs.

    `scope` is where the list lies; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "ioc remove", scope, {"value": value}, comment=comment, following=following)
