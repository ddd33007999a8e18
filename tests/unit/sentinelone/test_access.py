import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from s1ecs.errors import Forbidden, Refused, Unauthorized
from s1ecs.sentinelone import access
from s1ecs.sentinelone.access import User
from s1ecs.sentinelone.client import Client

from .conftest import TOKEN, holding
from .console import Console, error, page, said

OCTOBER = datetime(2025, 10, 31, tzinfo=UTC)
DETAILS = {"data": {"createdAt": "2025-10-01T00:00:00.000000Z", "expiresAt": "2025-10-31T00:00:00.000000Z"}}
USER = {"data": {"fullName": "Ann", "email": "a@example.com", "scope": "site", "apiToken": DETAILS["data"]}}


@pytest.mark.parametrize(
    ("script", "asked"),
    [
        ([said(DETAILS)], ["token"]),
        ([error(400), said(DETAILS)], ["token", "apiToken"]),
        ([error(400), error(400), said(USER)], ["token", "apiToken", None]),
        ([error(403), said(USER)], ["token", None]),
        ([said({"data": {}}), said(USER)], ["token", None]),
    ],
)
async def test_token_expiry(
    console: Console, client: Client, script: list[bytes | str], asked: list[str | None]
) -> None:
    """The expiry comes from the token's details under either key, else from the user."""
    console.script = script
    assert await access.token_expiry(client) == OCTOBER
    keys = [next(iter(json.loads(request.body)["data"])) if request.body else None for request in console.seen]
    assert keys == asked
    assert json.loads(console.seen[0].body) == {"data": {"token": TOKEN}}


async def test_token_expiry_offline(console: Console, client_for: Callable[..., Any]) -> None:
    """Where the console does not tell, the claim in the token does; a token without claims stays unknown."""
    claims = base64.urlsafe_b64encode(json.dumps({"exp": int(OCTOBER.timestamp())}).encode()).decode().rstrip("=")
    for token, expires in ((f"eyJh.{claims}.sig", OCTOBER), ("eyJh.!!.sig", None), ("legacy-token", None)):
        console.script = [error(404), error(403)]
        client = await client_for(console.url, token=holding(token))
        assert await access.token_expiry(client) == expires


async def test_token_refused(console: Console, client: Client) -> None:
    """A 401 is no unknown expiry."""
    console.script = [error(401)] * 3
    with pytest.raises(Unauthorized):
        await access.token_expiry(client)


@pytest.mark.parametrize(
    ("fields", "roles", "more"),
    [
        ({"scopeRoles": [{"roleName": "Viewer", "name": "Site 1"}]}, ("Viewer",), False),
        ({"scopeRoles": [{"roleName": "SOC"}, {"roleName": "Viewer"}]}, ("SOC", "Viewer"), True),
        ({"scopeRoles": [{"roles": ["Admin"]}]}, ("Admin",), True),
        ({"tenantRoles": ["Read-only"]}, ("Read-only",), False),
        ({"scopeRoles": [{"roleName": "Our collectors"}]}, ("Our collectors",), None),
        ({"scopeRoles": "?", "siteRoles": [None]}, (), None),
    ],
)
async def test_who(
    console: Console, client: Client, fields: dict[str, Any], roles: tuple[str, ...], *, more: bool | None
) -> None:
    """Name, scope and roles are read wherever the console puts them, and a role of one's own stays unjudged."""
    console.script = [said({"data": {**USER["data"], **fields}})]
    user = await access.who(client)
    assert user == User("Ann", "a@example.com", "site", roles, OCTOBER)
    assert access.may_do_more_than_read(user) is more


async def test_may_read(console: Console, client: Client) -> None:
    """One record is asked for, and the console's refusal rises."""
    console.script = [page({}), error(403)]
    await access.may_read(client, "/threats", {"sortBy": "id"})
    assert console.seen[0].params == {"limit": "1", "sortBy": "id"}
    with pytest.raises(Forbidden):
        await access.may_read(client, "/threats")


async def test_whatever_is_no_list_may_not_be_read(console: Console, client: Client) -> None:
    """A server that answers with something else than a list is no console, whatever its status says."""
    console.script = [said({"data": {"hello": 1}})]
    with pytest.raises(Refused, match="not a list"):
        await access.may_read(client, "/threats")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1999-12-31T00:00:00.00Z", "1999-12-31T00:00:00+00:00"),
        ("2023-12-21T20:31:51Z", "2023-12-21T20:31:51+00:00"),
        ("2023-12-21T20:31:51.257525+02:00", "2023-12-21T18:31:51.257525+00:00"),
        (1700000000, "2023-11-14T22:13:20+00:00"),
        (1700000000000, "2023-11-14T22:13:20+00:00"),
        ("N/A", None),
        (None, None),
        (True, None),
        (1e300, None),
    ],
)
def test_moment(value: Any, expected: str | None) -> None:
    """Times are read in every form in which the API was seen to write them."""
    read = access.moment(value)
    assert (read.isoformat() if read else None) == expected
