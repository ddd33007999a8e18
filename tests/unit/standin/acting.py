"""Somebody who acts at a stand-in console of 60 agents, with a clock that moves when told to."""

import io
import zipfile
from typing import Any

import pytest
from starlette.testclient import TestClient

from s1ecs.standin.app import build

from .conftest import API, NOW, Hands, organisation_of

PASSWORD = "Abcdef123!x"
SINCE = "2026-01-31T12:00:00Z"


class Actor:
    """Acts by the token `actor`, until told another."""

    def __init__(self, agents: int = 60) -> None:
        self.hands = Hands()
        made = organisation_of(1, NOW, agents)
        app = build(made, clock=self.hands.clock, alerts=30, monotonic=self._monotonic)
        self.client = TestClient(app, headers={"Authorization": "ApiToken actor"})
        self._asked = 0

    def _monotonic(self) -> float:
        # Rate limits are no matter here: much time passes between requests, but not by the console's clock.
        self._asked += 1
        return self._asked * 3600.0

    def by(self, token: str) -> "Actor":
        """Go on with another token."""
        self.client.headers["Authorization"] = f"ApiToken {token}"
        return self

    def wait(self, seconds: float = 1) -> None:
        """Let time pass at the console."""
        self.hands.seconds += seconds

    def tell(self, **controls: Any) -> None:
        """Put controls in the place of those before."""
        answered = self.client.post("/_standin/actions", json=controls)
        assert answered.status_code == 200, answered.text

    def log(self) -> dict[str, Any]:
        """What GET /_standin/actions shows."""
        shown: dict[str, Any] = self.client.get("/_standin/actions").json()
        return shown

    def send(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """The JSON of the answer, which has that status."""
        answered = self.client.request(method, f"{API}{path}", json=body)
        assert answered.status_code == status, answered.text
        return answered.json()

    def post(self, path: str, body: Any, status: int = 200) -> Any:
        """The JSON of the answer to a POST."""
        return self.send("POST", path, body, status)

    def get(self, path: str, **parameters: Any) -> Any:
        """The data of a list."""
        answered = self.client.get(f"{API}{path}", params=parameters)
        assert answered.status_code == 200, answered.text
        return answered.json()["data"]

    def zip(self, path: str, password: str | None = PASSWORD) -> dict[str, bytes]:
        """The members of an archive below the API."""
        return members(self.client.get(f"{API}{path}").content, password)

    def agents(self, system: str = "windows", *, active: bool = True) -> list[dict[str, Any]]:
        """The agents of a system."""
        found = self.get("/agents", osTypes=system, isActive=str(active).lower(), isDecommissioned="False", limit=60)
        assert found
        return list(found)

    def agent(self, agent_id: str) -> dict[str, Any]:
        """An agent as it is now."""
        (found,) = self.get("/agents", ids=agent_id)
        return dict(found)

    def activities(self, *types: int, **filters: str) -> list[dict[str, Any]]:
        """The activities of those types since the start, oldest first."""
        wanted = ",".join(map(str, types))
        found = self.get(
            "/activities", activityTypes=wanted, createdAt__gte=SINCE, sortBy="createdAt", limit=100, **filters
        )
        return list(found)

    def threat(self, system: str = "windows") -> dict[str, Any]:
        """A threat on an active agent of a system."""
        found = self.get("/threats", osTypes=system, agentIsActive="true", limit=100)
        return dict(found[0])


def members(content: bytes, password: str | None = None) -> dict[str, bytes]:
    """The members of an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if password:
            archive.setpassword(password.encode())
        return {name: archive.read(name) for name in archive.namelist()}


def ids(*records: dict[str, Any]) -> dict[str, Any]:
    """A body whose filter names the records by id."""
    return {"filter": {"ids": [each["id"] for each in records]}}


@pytest.fixture
def actor() -> Actor:
    """Acts at a console of its own."""
    return Actor()
