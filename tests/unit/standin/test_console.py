"""The console's clock, its growth, its users and its compression."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from starlette.testclient import TestClient

from s1ecs.standin.clock import running

from .conftest import ALERTS, COUNT, NOW, Hands, Start


def _user(console: TestClient) -> dict[str, Any]:
    data: dict[str, Any] = console.get("/web/api/v2.1/user").json()["data"]
    return data


@pytest.mark.parametrize("path", ["/web/api/v2.1/system/status", "/_standin/counts", "/nothing", ALERTS])
def test_date_is_the_clock(console: TestClient, hands: Hands, path: str) -> None:
    """Every answer's Date is what the console's clock shows, which runs on."""
    assert console.get(path).headers["Date"] == "Sat, 31 Jan 2026 12:00:00 GMT"
    hands.seconds += 90
    assert console.get(path).headers["Date"] == "Sat, 31 Jan 2026 12:01:30 GMT"


def test_clock_in_another_zone() -> None:
    """A start in any zone is the same moment in UTC, which the Date header needs."""
    east = timezone(timedelta(hours=2))
    assert running(NOW.astimezone(east), lambda: 0.0)() == NOW
    assert running(NOW.astimezone(east), lambda: 0.0)().tzinfo is UTC


def test_nothing_changes_without_rate(console: TestClient, hands: Hands) -> None:
    """Without a rate the alerts stay as they are, however much time passes."""
    before = console.get(f"{ALERTS}?limit=1000").content
    hands.seconds += 86_400
    assert console.get(f"{ALERTS}?limit=1000").content == before


def test_rate(start: Start, hands: Hands) -> None:
    """With a rate new alerts appear at their moment, the same whenever one looks, and those before stay as they are."""
    console, twin = start(rate=6), start(rate=6)
    newest = {"limit": "5", "sortBy": "alertInfoCreatedAt", "sortOrder": "desc"}
    before = console.get(f"{ALERTS}?limit=1000&sortBy=alertInfoCreatedAt").json()["data"]
    hands.seconds = 9.9
    assert console.get("/_standin/counts").json()["alert"] == COUNT
    hands.seconds = 20
    assert console.get("/_standin/counts").json()["alert"] == COUNT + 2
    hands.seconds = 30.5
    new = console.get(ALERTS, params=newest).json()["data"][:3]
    expected = [NOW + timedelta(seconds=seconds) for seconds in (30, 20, 10)]
    assert [datetime.fromisoformat(each["alertInfo"]["createdAt"]) for each in new] == expected
    assert twin.get(ALERTS, params=newest).json()["data"][:3] == new
    after = console.get(f"{ALERTS}?limit=1000&sortBy=alertInfoCreatedAt").json()["data"]
    assert after[:COUNT] == before
    assert len({each["alertInfo"]["alertId"] for each in after}) == COUNT + 3


@pytest.mark.parametrize(("token", "days"), [("good", 30), ("expiring", 10), ("expiring-now", 1), ("admin", 30)])
def test_expiry(start: Start, token: str, days: int) -> None:
    """The token's expiry is told alike by its user, by the call for one's token and by the call for a user's."""
    console = start(token=token)
    user = _user(console)
    details = console.post("/web/api/v2.1/users/api-token-details", json={"data": {"token": token}}).json()["data"]
    assert datetime.fromisoformat(details["expiresAt"]) == NOW + timedelta(days=days)
    assert user["apiToken"] == details
    assert console.get(f"/web/api/v2.1/users/{user['id']}/api-token-details").json()["data"] == details


def test_expiry_of_an_expired_token(console: TestClient) -> None:
    """Asking about a token that is not good is answered with 401."""
    answer = console.post("/web/api/v2.1/users/api-token-details", json={"data": {"token": "expired"}})
    assert answer.status_code == 401


@pytest.mark.parametrize(("token", "role"), [("good", "Viewer"), ("admin", "Admin")])
def test_role(start: Start, token: str, role: str) -> None:
    """An ordinary token's user is a viewer, that of `admin` an administrator."""
    user = _user(start(token=token))
    assert user["lowestRole"] == role
    assert [each["roles"] for each in user["scopeRoles"]] == [[role]]


def test_system(console: TestClient) -> None:
    """The status needs no token; the version does and is told."""
    assert console.get("/web/api/v2.1/system/info").json()["data"]["version"]
    del console.headers["Authorization"]
    assert console.get("/web/api/v2.1/system/status").json() == {"data": {"health": "ok"}}


def test_gzip(console: TestClient) -> None:
    """Answers are compressed for who accepts it, and only then."""
    assert console.get(ALERTS, headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in console.get(ALERTS, headers={"Accept-Encoding": "identity"}).headers
