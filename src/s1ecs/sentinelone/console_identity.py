"""The identity of a console: what it says of itself, whatever its address and whatever the settings call it."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from s1ecs.errors import Forbidden, NotFound
from s1ecs.sentinelone.response import ConsoleResponse

_PATHS = ("/user", "/system/info")
# The scopes of a user whose roles name what they are for.
_SCOPES = ("account", "site")


class Asks(Protocol):
    """A client, as far as it is needed here."""

    async def get_once(self, path: str) -> ConsoleResponse:
        """Ask for a path, once."""


async def identity_of(client: Asks) -> frozenset[str]:
    """The ids by which the console knows the scope of the token, each with its kind: `account:12`, `tenant:7`.

    From GET /user, else GET /system/info. Empty where the console tells none, or the token may not ask. Raises other
    ConsoleError types: then nobody knows.
    """
    for path in _PATHS:
        try:
            data = (await client.get_once(path)).data
        except (Forbidden, NotFound):
            continue
        if isinstance(data, dict) and (found := frozenset(_ids(data))):
            return found
    return frozenset()


def _ids(data: Mapping[str, Any]) -> Iterator[str]:
    for kind in ("tenant", "account"):
        yield from _of(kind, data.get(f"{kind}Id"))
    accounts = data.get("accountIds")
    for each in accounts if isinstance(accounts, list) else []:
        yield from _of("account", each)
    scope = data.get("scope")
    for key in ("scopeRoles", "siteRoles"):
        roles = data.get(key)
        for role in roles if isinstance(roles, list) else []:
            if not isinstance(role, dict):
                continue
            yield from _of("account", role.get("accountId"))
            kind = "site" if key == "siteRoles" else str(scope)
            if kind in _SCOPES:
                yield from _of(kind, role.get("id"))


def _of(kind: str, value: Any) -> Iterator[str]:
    if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
        yield f"{kind}:{str(value).strip()[:64]}"
