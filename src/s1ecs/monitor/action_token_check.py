"""Check of a console's action token: is it good, whose is it, and which response actions may it do."""

from collections.abc import AsyncIterator, Awaitable, Callable

from s1ecs.collect.consoles.missing_permission import not_permitted
from s1ecs.errors import S1ecsError, SettingsError, Unauthorized
from s1ecs.monitor.check_result import CheckArea, CheckLevel, CheckResult
from s1ecs.monitor.console_check import cause_of, check_expiry
from s1ecs.respond.actions.table import LISTS_TO_READ
from s1ecs.sentinelone import access
from s1ecs.sentinelone.client import Client
from s1ecs.streams import STREAMS

_AREA: CheckArea = "action token"
_SCRIPTS = LISTS_TO_READ["scripts"]
# Actions look these up first: a list of the console, the words for it, and the permission that it needs.
_LOOKED_UP = (
    ("/agents", "hosts", STREAMS["agent"].permission),
    ("/threats", "threats", STREAMS["threat"].permission),
    (_SCRIPTS.path, "remote scripts", _SCRIPTS.permission),
)


async def check_action_token(
    name: str, client: Client, collecting: Callable[[], Awaitable[str]]
) -> AsyncIterator[CheckResult]:
    """Check the action token, which `client` has; nothing is done with it. `collecting` reads the other token."""
    try:
        user = await access.who(client)
    except S1ecsError as error:
        yield _unreadable(name, error)
        if isinstance(error, SettingsError) or _is_rejected(error):
            return
    else:
        yield _rights(name, user)
    yield await check_expiry(name, client, _AREA)
    if await _is_shared(client, collecting):
        text = "the action token is the token for collecting"
        cure = "collect with the token of a viewer, which cannot act if it leaks"
        yield CheckResult("warning", _AREA, name, text, cure)
    yield await _lookups(name, client)


def _unreadable(name: str, error: S1ecsError) -> CheckResult:
    if isinstance(error, SettingsError):
        return CheckResult("failed", _AREA, name, error.behind(name))
    if _is_rejected(error):
        text = f"the console rejects the action token: {cause_of(name, error)}"
        cure = (
            "generate a new one, for a user whose role permits response actions, and store it where action_token, "
            "action_token_file, action_token_env or action_token_command reads it"
        )
        return CheckResult("failed", _AREA, name, text, cure)
    return CheckResult("warning", _AREA, name, f"cannot read the user of the action token: {cause_of(name, error)}")


def _is_rejected(error: S1ecsError) -> bool:
    return isinstance(error, Unauthorized) and not error.elsewhere


def _rights(name: str, user: access.User) -> CheckResult:
    owner = user.name or user.email or "a user without a name"
    roles = ", ".join(user.roles) or "no known role"
    scope = f", scope {user.scope}" if user.scope else ""
    text = f"the action token is valid; it belongs to {owner} ({roles}{scope})"
    may_act = access.may_do_more_than_read(user)
    if may_act is False:
        cure = "generate the token for a user whose role permits response actions"
        return CheckResult("failed", _AREA, name, f"{text}, who can only read", cure)
    if may_act is None:
        text += "; its permissions are only known to the console: `s1ecs respond` names a missing one"
    return CheckResult("ok", _AREA, name, text)


async def _is_shared(client: Client, collecting: Callable[[], Awaitable[str]]) -> bool:
    try:
        return await client.token() == await collecting()
    except S1ecsError:
        return False


async def _lookups(name: str, client: Client) -> CheckResult:
    """Find out which targets of actions the token can look up."""
    readable: list[str] = []
    # What can't be looked up, by the permission that it needs; and where that is not known, the reason.
    lacking: dict[str, str] = {}
    untold: dict[str, str] = {}
    for path, what, permission in _LOOKED_UP:
        try:
            await access.may_read(client, path)
        except S1ecsError as error:
            if not_permitted(error):
                lacking[permission] = what
            else:
                untold[what] = cause_of(name, error)
        else:
            readable.append(what)
    if lacking:
        level: CheckLevel = "warning" if readable else "failed"
        text = f"the action token cannot look up {', '.join(lacking.values())}"
        cure = f"to act on them, add to the role of its user: {', '.join(lacking)}"
        return CheckResult(level, _AREA, name, text, cure)
    for what, cause in untold.items():
        return CheckResult("warning", _AREA, name, f"cannot tell whether the action token can look up {what}: {cause}")
    return CheckResult("ok", _AREA, name, f"the action token can look up {', '.join(readable)}")
