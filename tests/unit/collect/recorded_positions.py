"""Positions without a version, as the databases of earlier s1ecs hold them; recorded, not made."""

from typing import Any

CLOCK = {
    "ahead": 0.0,
    "at": "2026-01-01T12:00:00.000Z",
    "first": "2026-01-01T12:00:00.000Z",
    "stepped": "2026-01-02T12:00:00.000Z",
}

BY_TIME: dict[str, Any] = {
    "first": "2026-01-01T12:00:00.000Z",
    "greatest": "2026-01-02T08:00:00.000Z",
    "seen": "2026-01-02T08:10:00.000Z",
    "clock": CLOCK,
}

BY_TIME_ENDED: dict[str, Any] = {
    "first": "2026-01-01T12:00:00.000Z",
    "greatest": "2026-01-02T11:59:00.000Z",
    "clock": {**CLOCK, "at": "2026-01-02T12:00:00.000Z"},
    "forgotten": "2026-01-02T10:49:00.000Z",
}

WITHIN_AN_ITEM: dict[str, Any] = {
    "first": "2026-01-01T12:00:00.000Z",
    "greatest": "2026-01-02T08:00:00.000Z",
    "seen": "2026-01-02T08:00:00.000Z",
    "item": '["1"]',
    "version": "2026-01-02T08:10:00.000000Z",
    "inner": "2",
    "clock": CLOCK,
}

WINDOW: dict[str, Any] = {
    "first": "2026-01-01T12:00:00.000Z",
    "greatest": "2026-01-02T11:00:00.000Z",
    "seen": "2026-01-02T11:01:00.000Z",
    "window": {"start": "2026-01-01T12:00:00.000Z", "end": "2026-01-02T12:00:00.000Z", "phase": 0, "after": "2"},
    "clock": CLOCK,
}

WINDOW_IN_ITS_SECOND_PHASE: dict[str, Any] = {
    "first": "2026-01-01T12:00:00.000Z",
    "greatest": "2026-01-02T11:02:00.000Z",
    "seen": "2026-01-02T11:02:00.000Z",
    "window": {"start": "2026-01-01T12:00:00.000Z", "end": "2026-01-02T12:00:00.000Z", "phase": 1},
    "clock": CLOCK,
}

CLOCK_JUMPED_AHEAD: dict[str, Any] = {
    "first": "2026-01-01T12:00:00.000Z",
    "greatest": "2026-01-02T14:10:00.000Z",
    "forgotten": "2026-01-02T10:50:00.000Z",
    "clock": {
        "ahead": 7200.0,
        "at": "2026-01-02T12:10:00.000Z",
        "first": "2026-01-01T12:00:00.000Z",
        "stepped": "2026-01-02T12:10:00.000Z",
        "reach": 7200.0,
        "since": "boot",
        "anchors": [
            {
                "position": {
                    "first": "2026-01-01T12:00:00.000Z",
                    "greatest": "2026-01-02T12:00:00.000Z",
                    "forgotten": "2026-01-02T10:50:00.000Z",
                },
                "ahead": 0.0,
                "at": "2026-01-02T12:00:00.000Z",
            }
        ],
    },
}

INVENTORY: dict[str, Any] = {
    "page": "2",
    "began": "2026-01-02T12:00:00.000Z",
    "listed": "2026-01-02T12:00:00.000Z",
    "known": 0,
    "round": 1,
}

INVENTORY_THAT_MISSED_SOMETHING: dict[str, Any] = {**INVENTORY, "page": None, "missed": True}

INVENTORY_BEHIND_AN_ITEM: dict[str, Any] = {**INVENTORY, "page": None, "after": '["a","a Ltd"]'}

INVENTORY_WITHIN_AN_ITEM: dict[str, Any] = {
    **INVENTORY_BEHIND_AN_ITEM,
    "item": '["b","b Ltd"]',
    "version": None,
    "inner": "2",
}

REREAD: dict[str, Any] = {
    "first": "1970-01-01T00:00:00.000Z",
    "greatest": "2026-01-02T00:00:00.000Z",
    "seen": "2026-01-02T01:00:00.000Z",
    "known": 3,
    "round": 1,
}

BACKFILL: dict[str, Any] = {
    "slice": 0,
    "within": {
        "first": "2026-01-01T00:00:00.000Z",
        "greatest": "2026-01-02T08:00:00.000Z",
        "until": "2026-01-02T00:00:00Z",
        "seen": "2026-01-02T08:00:00.000Z",
        "item": '["1"]',
        "version": "2026-01-02T08:10:00.000000Z",
        "inner": "2",
    },
}

BACKFILL_OF_A_WINDOW: dict[str, Any] = {
    "slice": 0,
    "within": {"start": "2025-12-31T23:59:59.000Z", "end": "2026-01-02T12:00:00.000Z", "phase": 0, "after": "2"},
}

BACKFILL_BEHIND_A_SLICE: dict[str, Any] = {"slice": 2}

MIGRATED: dict[str, Any] = {"first": "2026-01-02T09:30:15.000Z"}
