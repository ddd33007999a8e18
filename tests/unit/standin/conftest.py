"""A stand-in console of 400 alerts in this process, with a clock that tests move."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from starlette.testclient import TestClient

from s1ecs.standin import alert_list
from s1ecs.standin.alerts import history
from s1ecs.standin.app import build
from s1ecs.standin.json_object import JsonObject
from s1ecs.standin.organisation import Organisation, organisation

NOW = datetime(2026, 1, 31, 12, 0, 0, 250_000, tzinfo=UTC)
API = "/web/api/v2.1"
ALERTS = f"{API}/cloud-detection/alerts"
COUNT = 400
GOOD = "good"

# Nothing changes an organisation: what happens to it is the console's.
organisation_of = cache(organisation)


@cache
def _alerts_of(seed: int, now: datetime, agents: int, count: int) -> Sequence[JsonObject]:
    return list(history(organisation_of(seed, now, agents), count))


@pytest.fixture(scope="session", autouse=True)
def _alerts_made_up_once() -> Iterator[None]:
    """Make up the alerts of equal organisations once; each console writes them down as JSON, and changes only that."""

    def made(organisation: Organisation, count: int) -> Sequence[JsonObject]:
        return _alerts_of(organisation.seed, organisation.now, len(organisation.hosts), count)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alert_list, "history", made)
        yield


class Hands:
    """A clock that stands until a test moves it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def clock(self) -> datetime:
        """What the console's clock shows."""
        return NOW + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        """What the rate limits are measured by."""
        return self.seconds


@pytest.fixture
def hands() -> Hands:
    """The clock of the consoles of this test."""
    return Hands()


Start = Callable[..., TestClient]
Walk = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def start(hands: Hands) -> Start:
    """Makes a console; a call gives a client that sends a good token."""

    def make(
        *, seed: int = 1, agents: int = 500, rate: float | None = None, star: bool = True, token: str = GOOD
    ) -> TestClient:
        made = organisation_of(seed, NOW, agents)
        app = build(made, clock=hands.clock, alerts=COUNT, rate=rate, star=star, monotonic=hands.monotonic)
        return TestClient(app, headers={"Authorization": f"ApiToken {token}"})

    return make


@pytest.fixture
def walk(hands: Hands) -> Walk:
    """Reads a list of a console page by page, slowly enough for its limits."""

    def read(console: TestClient, path: str, **parameters: str) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            hands.seconds += 1
            answered = console.get(f"{API}{path}", params={**parameters, **cursor})
            assert answered.status_code == 200, answered.text
            page = answered.json()
            records += page["data"]
            if page["pagination"]["nextCursor"] is None:
                return records
            cursor = {"cursor": page["pagination"]["nextCursor"]}

    return read


@pytest.fixture
def console(start: Start) -> TestClient:
    """A console of 400 alerts."""
    return start()
