"""Which token may read which stream, and how often."""

import pytest

from .conftest import ALERTS, API, Hands, Start

_PATHS = {
    "activity": "/activities",
    "agent": "/agents",
    "alert": "/cloud-detection/alerts",
    "group": "/groups",
    "threat": "/threats",
    "application": "/application-management/inventory",
    "application_risk": "/application-management/risks",
}
_BURSTS = {
    "/activities": 30,
    "/agents": 5,
    "/groups": 20,
    "/threats": 50,
    "/application-management/inventory": 1,
    "/threats/999999999999999999/timeline": 1000,
}


@pytest.mark.parametrize("stream", _PATHS)
def test_a_token_lacks_one_permission(start: Start, stream: str) -> None:
    """no-<stream> is refused that stream with 403 and reads all others; forbidden reads none."""
    console, forbidden = start(token=f"no-{stream}", agents=20), start(token="forbidden", agents=20)
    for other, path in _PATHS.items():
        assert console.get(f"{API}{path}").status_code == (403 if other == stream else 200), path
        assert forbidden.get(f"{API}{path}").status_code == 403


def test_no_threat_means_nothing_below_threats(start: Start) -> None:
    """Who may not read threats may not read their timelines and events."""
    console = start(token="no-threat", agents=20)
    for below in ("timeline", "explore/events"):
        assert console.get(f"{API}/threats/999999999999999999/{below}").status_code == 403


def test_a_console_without_star(start: Start) -> None:
    """Without STAR there is no path of its alerts, and all else is there."""
    console = start(star=False, agents=20)
    assert console.get(ALERTS).status_code == 404
    assert console.get(f"{API}/threats").status_code == 200
    assert start(agents=20).get(ALERTS).status_code == 200


@pytest.mark.parametrize("path", _BURSTS)
def test_bursts(start: Start, hands: Hands, path: str) -> None:
    """A path lets its published burst through at once and no more; other paths have their own."""
    console = start(agents=20)
    statuses = [console.get(f"{API}{path}").status_code for _ in range(_BURSTS[path] + 1)]
    assert (statuses[-1], 429 in statuses[:-1]) == (429, False)
    assert console.get(f"{API}/user").status_code == 200
    hands.seconds += 1
    assert console.get(f"{API}{path}").status_code != 429
