"""What the stand-in refuses, and with what error."""

import pytest
from starlette.testclient import TestClient

from .conftest import ALERTS, Hands, Start

_SYSTEM_INFO = "/web/api/v2.1/system/info"
_USER = "/web/api/v2.1/user"
_TOKEN_DETAILS = "/web/api/v2.1/users/api-token-details"


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("updatedAt__gte=2026-01-01T00:00:00Z", "updatedAt__gte"),
        ("SITEIDS=100000000000000000", "SITEIDS"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=ten", "limit"),
        ("limit=", "limit"),
        ("limit=5&limit=6", "limit"),
        ("skip=-1", "skip"),
        ("skip=1001", "skip"),
        ("skip=1&cursor=abcd", "skip"),
        ("countOnly=yes", "countOnly"),
        ("sortBy=createdAt", "sortBy"),
        ("sortBy=alertInfoUpdatedAt", "sortBy"),
        ("sortOrder=ascending", "sortOrder"),
        ("createdAt__gte=yesterday", "createdAt__gte"),
        ("createdAt__gte=2026-01-01", "createdAt__gte"),
        ("createdAt__gte=2026-01-01T00:00:00", "createdAt__gte"),
        ("createdAt__gte=2026-01-01T00:00:00+00:00", "createdAt__gte"),  # the plus was not encoded: a space
        ("createdAt__gte=2026-13-01T00:00:00Z", "createdAt__gte"),
        ("siteIds=123", "siteIds"),
        ("siteIds=100000000000000000,", "siteIds"),
        ("ids=a1b2c3d4-0001", "ids"),
        ("tenant=true&siteIds=100000000000000000", "tenant"),
    ],
)
def test_bad_parameter(console: TestClient, query: str, named: str) -> None:
    """A parameter that the API does not have, or not like this, is answered with 400 that names it."""
    answer = console.get(f"{ALERTS}?{query}")
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["code"], error["title"]) == (4000010, "Validation Error")
    assert error["detail"].startswith(f"{named}: ")


@pytest.mark.parametrize(
    "query",
    [
        "createdAt__gte=2026-01-01T00:00:00Z",
        "createdAt__gte=2026-01-01T00:00:00.257525Z",
        "createdAt__gte=2026-01-01T01:00:00%2B01:00",
        "tenant=true",
        "tenant=false&siteIds=100000000000000000,100000000000000001",
        "limit=1000&skip=1000&sortBy=sourceProcessInfoPidStarttime&sortOrder=desc&countOnly=False&skipCount=True",
    ],
)
def test_good_parameter(console: TestClient, query: str) -> None:
    """What the API's description allows is answered."""
    assert console.get(f"{ALERTS}?{query}").status_code == 200


@pytest.mark.parametrize("token", ["wrong", "expired", None])
@pytest.mark.parametrize("path", [ALERTS, _SYSTEM_INFO, _USER])
def test_bad_token(console: TestClient, token: str | None, path: str) -> None:
    """Without a good token all that needs one is answered with 401."""
    del console.headers["Authorization"]
    answer = console.get(path, headers={"Authorization": f"ApiToken {token}"} if token else {})
    assert answer.status_code == 401
    assert answer.json() == {"errors": [{"code": 4010010, "detail": None, "title": "Authentication Failed"}]}


def test_other_scheme(console: TestClient) -> None:
    """A token that is not sent as ApiToken is none."""
    assert console.get(ALERTS, headers={"Authorization": "Bearer good"}).status_code == 401


def test_forbidden_token(start: Start) -> None:
    """`forbidden` may read who it is, but no stream: 403."""
    console = start(token="forbidden")
    answer = console.get(ALERTS)
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["code"] == 4030010
    assert console.get(_USER).status_code == console.get(_SYSTEM_INFO).status_code == 200
    assert console.post(_TOKEN_DETAILS, json={"data": {"token": "forbidden"}}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/web/api/v2.1/nothing", 404, 4040010),
        ("GET", f"{ALERTS}/", 404, 4040010),
        ("GET", "/web/api/v2.0/cloud-detection/alerts", 404, 4040010),
        ("POST", ALERTS, 405, 4050010),
        ("GET", "/web/api/v2.1/users/12/api-token-details", 400, 4000010),
        ("GET", "/web/api/v2.1/users/100000000000000000/api-token-details", 404, 4040010),
    ],
)
def test_bad_path(console: TestClient, method: str, path: str, status: int, code: int) -> None:
    """A path, a method or an id that is not there is answered with an error as JSON."""
    answer = console.request(method, path)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)


@pytest.mark.parametrize(
    "body", ["", "no JSON", "{}", "[]", '{"data":{"apiToken":"t"}}', '{"data":{"token":7}}', '{"data":{"token":""}}']
)
def test_bad_body(console: TestClient, body: str) -> None:
    """api-token-details takes no other body than {"data":{"token":...}}."""
    assert console.post(_TOKEN_DETAILS, content=body).status_code == 400


def test_rate_limit(console: TestClient, hands: Hands) -> None:
    """Who asks more often than the path allows gets 429 with Retry-After, and an answer after that time."""
    statuses = [console.get(f"{ALERTS}?limit=1").status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]
    refused = console.get(ALERTS)
    assert refused.headers["Retry-After"] == "1"
    assert refused.json() == {
        "errors": [{"code": 4290010, "detail": "Too many requests", "title": "Rate limit exceeded"}],
        "data": None,
        "pagination": None,
    }
    assert console.get(ALERTS, headers={"Authorization": "ApiToken another"}).status_code == 200
    assert console.get(_USER).status_code == 200
    hands.seconds += 1
    assert console.get(ALERTS).status_code == 200
