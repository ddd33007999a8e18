"""Strategies: which one each stream has, and that nothing else tells ways of asking apart."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import s1ecs
from s1ecs.collect.period import Period
from s1ecs.collect.strategies.by_time import ByTimeStrategy
from s1ecs.collect.strategies.by_time_items import ByTimeItemsStrategy
from s1ecs.collect.strategies.choose import strategy_of
from s1ecs.collect.strategies.inventory import InventoryStrategy
from s1ecs.collect.strategies.inventory_items import InventoryItemsStrategy
from s1ecs.collect.strategies.window import WindowStrategy
from s1ecs.streams import STREAMS

SOURCE = Path(s1ecs.__file__).parent
DAY = datetime(2026, 1, 2, tzinfo=UTC)
WEEK = Period(DAY - timedelta(days=7), DAY)

EXPECTED = {
    "activity": ByTimeStrategy,
    "agent": ByTimeStrategy,
    "alert": ByTimeStrategy,
    "application": InventoryItemsStrategy,
    "application_risk": InventoryStrategy,
    "group": ByTimeStrategy,
    "threat": ByTimeStrategy,
    "threat_event": ByTimeItemsStrategy,
    "unified_alert": WindowStrategy,
}


def test_each_stream_has_its_strategy() -> None:
    """A call per item makes another strategy of a list, by time or not; so does the optional one of threats."""
    assert {name: type(strategy_of(STREAMS[name].ask)) for name in EXPECTED} == EXPECTED
    optional = STREAMS["threat"].optional["threat_timeline"]
    assert type(strategy_of(optional)) is ByTimeItemsStrategy
    assert strategy_of(optional).describe().endpoint == "GET /threats, then /threats/{id}/timeline"


@pytest.mark.parametrize("name", [name for name, kind in EXPECTED.items() if not issubclass(kind, InventoryStrategy)])
def test_a_week_is_backfilled_by_days_or_as_one_window(name: str) -> None:
    """A record that is found by several of its times would be read once a day: its period stays whole."""
    slices = strategy_of(STREAMS[name].ask).slices(WEEK)
    assert len(slices) == (1 if EXPECTED[name] is WindowStrategy else 7)
    assert (slices[0].start, slices[-1].end) == (WEEK.start, WEEK.end)


def test_nothing_else_tells_ways_of_asking_apart() -> None:
    """The one match is that of the factory."""
    apart = re.compile(r"isinstance\([^)]*\b(ByTime|Window|Inventory|CallPerItem)\b|case (ByTime|Window|Inventory)\(")
    found = {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py") if apart.search(path.read_text())}
    assert found == {"collect/strategies/choose.py"}
