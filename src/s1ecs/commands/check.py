"""`s1ecs check`: is every console reachable, is its token good, what may it read? One line each, with what to do."""

import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from s1ecs.api import access
from s1ecs.api.client import Client
from s1ecs.api.graphql import between
from s1ecs.collect.feeds import scope_of
from s1ecs.collect.session import open_client, open_trace_of
from s1ecs.errors import ConsoleError, Forbidden, NotFound, S1ecsError, Unauthorized
from s1ecs.settings import Settings
from s1ecs.streams import STREAMS, Stream
from s1ecs.streams.asking import Asking, ByTime, Inventory, Window
from s1ecs.trace.trace import at_once

Verdict = Literal["ok", "warning", "error"]

_WARN_BEFORE = timedelta(days=14)
_ERROR_BEFORE = timedelta(days=2)
_CLOCK_TOLERANCE = timedelta(seconds=60)
_WINDOW = timedelta(hours=1)


@dataclass(frozen=True)
class Finding:
    """One line of the check."""

    verdict: Verdict
    console: str
    text: str

    def __str__(self) -> str:
        """The line as it is printed."""
        return f"{self.verdict:<8} {self.console}: {self.text}"


async def check_console(
    name: str, client: Client, streams: Iterable[Stream], scope: Mapping[str, str]
) -> AsyncIterator[Finding]:
    """Findings about one console, in the order in which one would mend them; `scope` are its sites, if chosen."""
    try:
        await client.get("/system/status")
    except (Unauthorized, Forbidden):
        pass  # an answer of a console, whatever it says
    except NotFound:
        yield Finding("error", name, f"{client.connection.url} answers, but is no SentinelOne console: check 'url'")
        return
    except S1ecsError as error:
        yield Finding("error", name, error.behind(name))
        return
    way = "and its certificate is trusted" if client.connection.url.startswith("https:") else "over plain http"
    yield Finding("ok", name, f"{client.connection.url} answers, {way}")
    yield _clock(name, client.clock_difference)
    token = [each async for each in _token(name, client)]
    for each in token:
        yield each
    if any(each.verdict == "error" for each in token):
        return
    yield await _expiry(name, client)
    for stream in streams:
        yield await _stream(name, client, stream, scope)


async def _token(name: str, client: Client) -> AsyncIterator[Finding]:
    try:
        user = await access.who(client)
    except Unauthorized as error:
        yield Finding("error", name, error.behind(name))
    except S1ecsError as error:
        yield Finding(
            "warning", name, f"the token's user can't be read, which collecting does not need: {_cause(name, error)}"
        )
    else:
        owner = user.name or user.email or "a user without a name"
        yield Finding("ok", name, f"the token is good; it belongs to {owner}")
        if access.may_do_more_than_read(user):
            roles = ", ".join(user.roles)
            yield Finding(
                "warning", name, f"the token may do more than read ({roles}); a viewer's token suffices to collect"
            )


def _clock(name: str, difference: float | None) -> Finding:
    if difference is None:
        return Finding("warning", name, "the console's answers carry no Date; this machine's clock is used instead")
    if abs(difference) > _CLOCK_TOLERANCE.total_seconds():
        direction = "ahead of" if difference > 0 else "behind"
        return Finding(
            "warning",
            name,
            f"the console's clock is {abs(difference):.0f} s {direction} this machine's; s1ecs goes by the console's, "
            "but set the time here (NTP)",
        )
    return Finding("ok", name, f"clocks agree ({abs(difference):.0f} s apart)")


async def _expiry(name: str, client: Client) -> Finding:
    try:
        expires = await access.token_expiry(client)
    except S1ecsError as error:
        return Finding("warning", name, f"when the token expires can't be learned: {_cause(name, error)}")
    if expires is None:
        return Finding("warning", name, "when the token expires can't be learned; look at My User in the console")
    left = expires - client.now()
    text = f"the token expires on {expires:%Y-%m-%d %H:%M} UTC, in {max(left.days, 0)} days"
    cure = "; generate a new one in the console under My User > Actions > API Token Operators"
    if left < _ERROR_BEFORE:
        return Finding("error", name, text + cure)
    if left < _WARN_BEFORE:
        return Finding("warning", name, text + cure)
    return Finding("ok", name, text)


async def _stream(name: str, client: Client, stream: Stream, scope: Mapping[str, str]) -> Finding:
    try:
        await _one_record(client, stream.ask, scope)
    except Forbidden:
        return Finding(
            "error",
            name,
            f"{stream.name}: not permitted; give the token's role the permission {stream.permission}, "
            f"or leave the stream out with the setting streams",
        )
    except NotFound:
        return Finding(
            "warning", name, f"{stream.name}: this console does not have it; leave it out with the setting streams"
        )
    except S1ecsError as error:
        return Finding("error", name, f"{stream.name}: {error.behind(name)}")
    return Finding("ok", name, f"{stream.name}: may be read")


async def _one_record(client: Client, ask: Asking, scope: Mapping[str, str]) -> None:
    """Ask as a poll would, for one record. What is asked for each item can't be known before there is an item."""
    match ask:
        case Window():
            now = client.now()
            await access.may_ask(client, ask, between(ask.phases[0], now - _WINDOW, now))
        case ByTime():
            await access.may_read(client, ask.path, {**ask.parameters, **scope})
        case Inventory():
            await access.may_read(client, ask.path, scope)


def _cause(name: str, error: S1ecsError) -> str:
    problem = error.problem if isinstance(error, ConsoleError) else None
    return f"{problem.status} {problem.title}".strip() if problem and problem.status else error.behind(name)


async def check(settings: Settings) -> int:
    """Print the findings about every console; 1 if one of them is an error, else 0."""
    worst = 0
    async with open_trace_of(settings, at_once) as trace:
        for console in settings.require_consoles():
            async with open_client(settings, console, trace=trace) as client:
                streams = [STREAMS[name] for name in settings.enabled(console)]
                scope = scope_of(console)
                async for finding in check_console(console.name, client, streams, scope):
                    sys.stdout.write(f"{finding}\n")
                    worst |= finding.verdict == "error"
    return worst
