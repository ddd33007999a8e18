from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from s1ecs.respond.audit.history_filter import HistoryFilter
from s1ecs.respond.audit.journal import Entry, Status, Target

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
AGENT = "225494730938493804"


def _entry(identity: str, action: str, status: Status, hours: int) -> Entry:
    host = Target("agent", AGENT, "WS-1", "WS-1", AGENT, "ab" * 16)
    other = Target("threat", "225494730938493901", "evil.exe", "srv-2")
    targets = (host,) if action == "isolate" else (other,)
    return Entry(identity, "one", action, NOON + timedelta(hours=hours), "alice", "desk", "", targets, (), status)


ENTRIES = [
    _entry("a", "isolate", "done", 0),
    _entry("b", "isolate", "failed", 1),
    _entry("c", "threat note", "done", 2),
]


@pytest.mark.parametrize(
    ("conditions", "chosen"),
    [
        ({}, "abc"),
        ({"target": "ws-1"}, "ab"),
        ({"target": AGENT}, "ab"),
        ({"target": "225494730938493901"}, "c"),
        ({"target": "SRV-2"}, "c"),
        ({"target": "ws"}, ""),
        ({"action": "isolate", "status": "failed"}, "b"),
        ({"status": "done", "since": NOON + timedelta(hours=1)}, "c"),
    ],
)
def test_history_is_chosen_by_all_conditions(conditions: dict[str, Any], chosen: str) -> None:
    """A host is meant by its whole name in any case, or by an id of the target; every condition must hold."""
    assert "".join(entry.id for entry in HistoryFilter(**conditions).chosen(ENTRIES)) == chosen
