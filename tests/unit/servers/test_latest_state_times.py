"""The recount of latest states: of when a state is."""

import pytest

from servers.latest_states import state_of

FETCHED, AHEAD, BEFORE = "2026-01-31T12:00:00.000Z", "2096-01-31T12:00:00.000Z", "2026-01-30T12:00:00.000Z"


@pytest.mark.parametrize(
    ("time", "kind", "state"), [(BEFORE, "httpjson", BEFORE), (AHEAD, "httpjson", FETCHED), (AHEAD, "cel", AHEAD)]
)
def test_a_state_from_the_future_is_of_the_moment_of_its_fetching(time: str, kind: str, state: str) -> None:
    """So it does not hide what comes later; where a document does not tell that moment, its own time counts."""
    document = {
        "input": {"type": kind},
        "event": {"id": "7", "created": FETCHED},
        "sentinel_one": {"alert": {"info": {"updated_at": time}}},
    }
    assert state_of("alert", document) == ("7", state)
