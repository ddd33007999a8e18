"""Owner, lifetime and read permissions of the token, as `s1ecs check` reports them."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from s1ecs.errors import Forbidden, NotFound, Refused, ServerTrouble, Unreadable
from s1ecs.records import NotJSON, read
from s1ecs.sentinelone.client import Client
from s1ecs.sentinelone.graphql import Query, connection_page
from s1ecs.sentinelone.pagination import require_list

# What another way of asking may still answer; a 401 and no connection at all hold for every way.
_ASK_OTHERWISE = (Refused, Forbidden, NotFound, ServerTrouble, Unreadable)
_MILLISECONDS_FROM = 10**11
_READ_ONLY = re.compile(r"(global |account |site |group )?(viewer|read[- ]?only)", re.IGNORECASE)
_ACTING = re.compile(r"(global |account |site |group )?(admin|administrator|ir team|soc|it|support)", re.IGNORECASE)


@dataclass(frozen=True)
class User:
    """The user to whom the token belongs; texts are empty and `token_expires` None where the console is silent."""

    name: str = ""
    email: str = ""
    scope: str = ""
    roles: tuple[str, ...] = ()
    token_expires: datetime | None = None


async def token_expiry(client: Client) -> datetime | None:
    """Return when the token expires, UTC; None if neither the console nor the token tells.

    From POST /users/api-token-details, else GET /user, else the token's own `exp` claim. Raises ConsoleError where
    none of them can answer: a 401, no connection, a 429.
    """
    token = await client.token()
    for key in ("token", "apiToken"):
        try:
            answer = await client.post("/users/api-token-details", {"data": {key: token}}, repeatable=True)
        except Refused:
            continue
        except _ASK_OTHERWISE:
            break
        expires = moment(_object(answer.data).get("expiresAt"))
        if expires is not None:
            return expires
        break
    try:
        expires = (await who(client)).token_expires
    except _ASK_OTHERWISE:
        expires = None
    return expires or expiry_in_token(token)


async def who(client: Client) -> User:
    """Return the user of the token, from GET /user; raise ConsoleError types."""
    data = _object((await client.get("/user")).data)
    return User(
        name=_text(data.get("fullName")) or _text(data.get("name")),
        email=_text(data.get("email")),
        scope=_text(data.get("scope")),
        roles=tuple(dict.fromkeys(_roles(data))),
        token_expires=moment(_object(data.get("apiToken")).get("expiresAt")),
    )


def may_do_more_than_read(user: User) -> bool | None:
    """Return True if a role of the user is known to allow actions; None if its name does not tell (custom roles)."""
    if any(_ACTING.fullmatch(role) for role in user.roles):
        return True
    if user.roles and all(_READ_ONLY.fullmatch(role) for role in user.roles):
        return False
    return None


async def may_read(client: Client, path: str, params: Mapping[str, str] | None = None) -> None:
    """Ask for one record of the list at `path`; raise the ConsoleError that says why it can't be read."""
    require_list(await client.get(path, {**(params or {}), "limit": "1"}), client, path)


async def may_ask(client: Client, query: Query, variables: Mapping[str, object]) -> None:
    """Ask for one record of a GraphQL list; raise the ConsoleError that says why it can't be read."""
    await connection_page(client, query, query.query, {**variables, "first": 1})


def moment(value: Any) -> datetime | None:
    """Read a time as the API writes it (RFC 3339 in its variants, epoch seconds or milliseconds), UTC; else None."""
    try:
        if isinstance(value, str):
            parsed = datetime.fromisoformat(value.strip())
            return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if value >= _MILLISECONDS_FROM else value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def expiry_in_token(token: str) -> datetime | None:
    """Read the `exp` claim of a token that is a JWT, unchecked and offline; None for any other token."""
    parts = token.split(".")
    if len(parts) != len(("header", "claims", "signature")):
        return None
    try:
        claims = read(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))[0]
    except (NotJSON, binascii.Error, ValueError):
        return None
    return moment(_object(claims).get("exp"))


def _roles(user: Mapping[str, Any]) -> Iterator[str]:
    """Names of roles; they lie in one place or another, as texts or objects, depending on the console's version."""
    for key in ("scopeRoles", "siteRoles", "tenantRoles"):
        assigned = user.get(key)
        for entry in assigned if isinstance(assigned, list) else []:
            if isinstance(entry, str):
                yield entry
            name = _text(_object(entry).get("roleName")) or _text(_object(entry).get("role"))
            if name:
                yield name
            names = _object(entry).get("roles")
            yield from (role for role in (names if isinstance(names, list) else []) if isinstance(role, str) and role)
    if role := _text(user.get("role")):
        yield role


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list) else str(value).strip()
