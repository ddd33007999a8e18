"""Check of every console: is it reachable, is its token good, what may it read. Each result says what to do."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial

from s1ecs.bootstrap.state import open_readonly
from s1ecs.collect.clock_difference import CURE, apart
from s1ecs.collect.consoles.missing_permission import not_permitted, permission_cure
from s1ecs.collect.consoles.state_choice import (
    Admit,
    Decision,
    Rename,
    SeenConsole,
    Unclear,
    address_of,
    decide,
    described,
    scope_text,
)
from s1ecs.collect.strategies.choose import strategy_of
from s1ecs.defaults import CLOCK_TOLERANCE
from s1ecs.errors import ConsoleError, Forbidden, NotFound, S1ecsError, StateError, Unauthorized
from s1ecs.monitor.check_result import CheckArea, CheckResult
from s1ecs.sentinelone import access
from s1ecs.sentinelone.client import Client
from s1ecs.sentinelone.console_identity import identity_of
from s1ecs.settings import ConsoleSettings, Settings, write_duration
from s1ecs.streams import Stream

_WARN_BEFORE = timedelta(days=14)
_FAILED_BEFORE = timedelta(days=2)


async def check_console(
    name: str,
    client: Client,
    streams: Iterable[Stream],
    scope: Mapping[str, str],
    *,
    tolerance: timedelta = CLOCK_TOLERANCE,
    whose: Callable[[frozenset[str]], Decision] = lambda _: Admit(learn=True),
) -> AsyncIterator[CheckResult]:
    """Check one console, in the order in which problems are fixed; `scope` holds its sites, if any are chosen.

    `tolerance` is the allowed difference between its clock and ours; `whose` decides by the console's ids which state
    it continues.
    """
    try:
        await client.get("/system/status")
    except (Unauthorized, Forbidden):
        pass  # an answer of a console, whatever it says
    except NotFound:
        text = f"{client.connection.url} responds but is not a SentinelOne console"
        yield CheckResult("failed", "console", name, text, "check 'url'")
        return
    except S1ecsError as error:
        yield CheckResult("failed", "console", name, error.behind(name))
        return
    way = "with a trusted certificate" if client.connection.url.startswith("https:") else "over unencrypted HTTP"
    yield CheckResult("ok", "console", name, f"{client.connection.url} is reachable {way}")
    yield _clock(name, client.clock_difference, tolerance)
    token = [each async for each in check_token(name, client)]
    for each in token:
        yield each
    if any(each.level == "failed" for each in token):
        return
    yield await check_expiry(name, client)
    yield await _identity(name, client, whose)
    for stream in streams:
        yield await _stream(name, client, stream, scope)


async def check_token(name: str, client: Client) -> AsyncIterator[CheckResult]:
    """Check that the console accepts the token for collecting, and that it can do no more than read."""
    try:
        user = await access.who(client)
    except S1ecsError as error:
        if isinstance(error, Unauthorized) and not error.elsewhere:
            yield CheckResult("failed", "token", name, error.behind(name))
            return
        text = f"cannot read the user of the token (not required for collecting): {cause_of(name, error)}"
        yield CheckResult("warning", "token", name, text)
    else:
        owner = user.name or user.email or "a user without a name"
        yield CheckResult("ok", "token", name, f"the token is valid; it belongs to {owner}")
        if access.may_do_more_than_read(user):
            roles = ", ".join(user.roles)
            text = f"the token can do more than read ({roles})"
            yield CheckResult("warning", "token", name, text, "a viewer token is sufficient for collecting")


def _clock(name: str, difference: float | None, tolerance: timedelta) -> CheckResult:
    if difference is None:
        text = "responses have no usable Date header; the clock of this machine is used instead"
        return CheckResult("warning", "clock", name, text)
    if abs(difference) > tolerance.total_seconds():
        text = f"the console's clock is {apart(difference)} (tolerance {write_duration(tolerance)})"
        return CheckResult("warning", "clock", name, text, CURE)
    return CheckResult("ok", "clock", name, f"clocks agree ({abs(difference):.0f} s apart)")


async def check_expiry(name: str, client: Client, area: CheckArea = "token") -> CheckResult:
    """Check how long the token of a client is still valid; `area` is `token` or `action token`."""
    try:
        expires = await access.token_expiry(client)
    except S1ecsError as error:
        text = f"cannot determine when the {area} expires: {cause_of(name, error)}"
        return CheckResult("warning", area, name, text)
    if expires is None:
        text = f"cannot determine when the {area} expires"
        return CheckResult("warning", area, name, text, "check My User in the console")
    # A console whose clock is ahead does not make a token expire.
    return expiry(name, expires, client.clocks().earlier, area)


def expiry(name: str, expires: datetime, now: datetime, area: CheckArea = "token") -> CheckResult:
    """Judge when a token expires."""
    left = expires - now
    text = f"the {area} expires on {expires:%Y-%m-%d %H:%M} UTC, in {max(left.days, 0)} days"
    cure = "generate a new one in the console under My User > Actions > API Token Operators"
    if left < _FAILED_BEFORE:
        return CheckResult("failed", area, name, text, cure)
    if left < _WARN_BEFORE:
        return CheckResult("warning", area, name, text, cure)
    return CheckResult("ok", area, name, text)


async def _identity(name: str, client: Client, whose: Callable[[frozenset[str]], Decision]) -> CheckResult:
    """Find the state that the console would continue; nothing is changed."""
    try:
        ids = await identity_of(client)
    except S1ecsError as error:
        return CheckResult("warning", "identity", name, f"cannot identify the console: {cause_of(name, error)}")
    try:
        decision = whose(ids)
    except StateError as error:
        return CheckResult("failed", "identity", name, str(error))
    if isinstance(decision, Unclear):
        return CheckResult("failed", "identity", name, decision.text.removeprefix(f"{name}: "))
    address = address_of(client.connection.url)
    if isinstance(decision, Rename):
        text = f"previously named {decision.old.name}; its state moves to this name"
        return CheckResult("ok", "identity", name, text)
    return CheckResult("ok", "identity", name, f"identified by {described(address, ids)}")


async def _stream(name: str, client: Client, stream: Stream, scope: Mapping[str, str]) -> CheckResult:
    try:
        await strategy_of(stream.ask).probe(client, scope)
    except (Forbidden, Unauthorized) as error:
        if not not_permitted(error):
            return CheckResult("failed", "permission", name, f"{stream.name}: {error.behind(name)}")
        return CheckResult(
            "failed",
            "permission",
            name,
            f"{stream.name}: not permitted ({cause_of(name, error)})",
            permission_cure(stream.permission),
        )
    except NotFound:
        text = f"{stream.name}: not available on this console"
        return CheckResult("warning", "permission", name, text, "exclude it with the setting streams")
    except S1ecsError as error:
        return CheckResult("failed", "permission", name, f"{stream.name}: {error.behind(name)}")
    return CheckResult("ok", "permission", name, f"{stream.name}: readable")


def cause_of(name: str, error: S1ecsError) -> str:
    """Give the reason of an error as the console gave it, where it gave one."""
    problem = error.problem if isinstance(error, ConsoleError) else None
    return problem.told() if problem and problem.status else error.behind(name)


def _whose(settings: Settings, console: ConsoleSettings, client: Client, ids: frozenset[str]) -> Decision:
    seen = SeenConsole(console.name, address_of(client.connection.url), ids, scope_text(console.site_ids))
    addresses = {each.name: address_of(each.url) for each in settings.consoles}
    state = open_readonly(settings)
    collected = console.name in state.collected_consoles()
    return decide(seen, state.consoles(), collected=collected, addresses=addresses)


def whose_of(settings: Settings, console: ConsoleSettings, client: Client) -> Callable[[frozenset[str]], Decision]:
    """Return the function that decides, by the console's ids, which state it continues."""
    return partial(_whose, settings, console, client)
