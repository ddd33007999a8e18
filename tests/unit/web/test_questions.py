"""Counts, values and lists: for any filters they are what plain Python counts over the same documents."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.state.sqlite.database import FILE_NAME, connect_for_reading
from s1ecs.timestamps import time_text
from s1ecs.web.questions.conditions import Conditions, conditions_of
from s1ecs.web.questions.counting import over_time, total, values
from s1ecs.web.questions.list_rows import Sorting, list_page, sortable
from s1ecs.web.questions.list_view import BY_STREAM
from s1ecs.web.view_state import ViewState

from .conftest import NOW
from .made_store import CONSOLES, FIRST, HOURS, SEVERITIES, TEXTS, WORDS, fill
from .plain_count import Stored, Wanted, by_hour, by_value, matching, superseded

# One with words and objects, one with several values in a column, and inventories.
STREAMS = ("alert", "unified_alert", "threat", "agent", "application_risk")
EXAMPLES = settings(max_examples=150)


class Filled:
    """A store, and the documents in it; not a dataclass, because Hypothesis would print all of them."""

    def __init__(self, connection: sqlite3.Connection, documents: Sequence[Stored]) -> None:
        self.connection = connection
        self.documents = documents


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """Fill a store once for all tests."""
    folder = tmp_path_factory.mktemp("questions")
    documents = fill(folder, STREAMS, 600)
    with closing(connect_for_reading(folder / FILE_NAME)) as connection:
        yield Filled(connection, documents)


MOMENTS = st.one_of(
    st.integers(-2, HOURS + 2).map(lambda hours: FIRST + timedelta(hours=hours)),
    st.integers(0, HOURS * 3_600_000).map(lambda ms: FIRST + timedelta(milliseconds=ms)),
    st.sampled_from([FIRST + timedelta(hours=30, minutes=minutes) for minutes in (0, 10, 30, 59)]),
)
PATTERNS = ("*", "WS*", "*1", "a*b", "[*", "a?*", "9*", "T*", '*"T1"*')


@st.composite
def conditions(draw: st.DrawFn) -> Wanted:
    """Draw the conditions of a list."""
    stream = draw(st.sampled_from(STREAMS))
    table = store_tables()[stream]
    # Columns that are counted by the hour are answered in another way, alone and together.
    columns = st.sampled_from([*table.counted, *table.counted, *(name for name, _ in table.columns), "console"])
    texts = st.sampled_from([*TEXTS, *PATTERNS, *CONSOLES, *map(str, SEVERITIES), "high", "Critical", "false", "T1"])
    name = draw(columns)
    filters = draw(st.lists(st.tuples(st.sampled_from([name, name, draw(columns)]), st.booleans(), texts), max_size=3))
    searchable = stream in {"alert", "unified_alert"}
    return Wanted(
        stream,
        [(f"not.{column}" if negated else column, text) for column, negated, text in filters],
        since=draw(st.none() | MOMENTS),
        until=draw(st.none() | MOMENTS),
        word=draw(st.sampled_from(["", "", *WORDS])) if searchable else "",
        current=draw(st.sampled_from([False, False, True])),
        gone=draw(st.booleans()),
        visible=draw(st.none() | st.lists(st.sampled_from(CONSOLES), unique=True)),
    )


def asked(wanted: Wanted, *more: tuple[str, str]) -> Conditions:
    """Read the conditions as an address has them."""
    state = ViewState("/", [*parameters_of(wanted), *more])
    return conditions_of(state, BY_STREAM[wanted.stream], store_tables()[wanted.stream], NOW, wanted.visible)


def parameters_of(wanted: Wanted) -> list[tuple[str, str]]:
    """Return the parameters of an address that mean the conditions."""
    named = {
        "from": _text(wanted.since),
        "to": _text(wanted.until),
        "q": f"command:{wanted.word}" if wanted.word else "",
    }
    flags = {"current": "1" if wanted.current else "", "gone": "1" if wanted.gone else ""}
    return [*wanted.filters, *((name, text) for name, text in (named | flags).items() if text)]


def _text(moment: datetime | None) -> str:
    return time_text(moment) if moment else ""


@given(wanted=conditions())
@EXAMPLES
def test_totals(store: Filled, wanted: Wanted) -> None:
    """A total is the number of the documents that match."""
    assert total(store.connection, asked(wanted)) == len(matching(store.documents, wanted))


@given(wanted=conditions(), data=st.data())
@EXAMPLES
def test_values(store: Filled, wanted: Wanted, data: st.DataObject) -> None:
    """Counts of values are those of the documents that match, the most frequent first, and as many as asked for."""
    table = store_tables()[wanted.stream]
    filtered = [name.removeprefix("not.") for name, _ in wanted.filters if "console" not in name]
    column = data.draw(st.sampled_from([*table.counted, *filtered, *(name for name, _ in table.columns)]))
    found = values(store.connection, asked(wanted), column, 10_000)
    assert Counter({each.value: each.count for each in found}) == by_value(matching(store.documents, wanted), column)
    assert [each.count for each in found] == sorted((each.count for each in found), reverse=True)
    assert values(store.connection, asked(wanted), column, 2) == found[:2]


@given(wanted=conditions(), data=st.data())
@EXAMPLES
def test_over_time(store: Filled, wanted: Wanted, data: st.DataObject) -> None:
    """Counts by the hour are those of the documents that match and have a time, in the order of time."""
    table = store_tables()[wanted.stream]
    many = BY_STREAM[wanted.stream].many
    names = [name for name, _ in table.columns if name not in many]
    column = data.draw(st.sampled_from(["", "", *table.counted, *names]).filter(lambda name: name not in many))
    found = over_time(store.connection, asked(wanted), column)
    counted = Counter({(each.hour, each.value): each.count for each in found})
    assert counted == by_hour(matching(store.documents, wanted), column)
    assert [each.hour for each in found] == sorted(each.hour for each in found)


@given(wanted=conditions(), data=st.data())
@EXAMPLES
def test_paging(store: Filled, wanted: Wanted, data: st.DataObject) -> None:
    """Page by page every row comes once, in order; those without a value come last, equal ones as they were stored."""
    asking = asked(wanted)
    column = data.draw(st.sampled_from(["time", *sortable(asking)]))
    descending = data.draw(st.booleans())
    limit = data.draw(st.sampled_from([1, 2, 7, 50]))
    sorting = Sorting.of(f"{'-' if descending else ''}{column}", asking)
    pages: list[list[str]] = []
    after = ""
    while not pages or after:
        page = list_page(store.connection, asking, sorting, after, limit)
        assert len(page.rows) == limit or not page.next
        pages.append([row.id for row in page.rows])
        after = page.next
    expected = matching(store.documents, wanted)
    rows = [identity for page in pages for identity in page]
    assert Counter(rows) == Counter(each.id for each in expected)
    assert rows == in_order(expected, column, descending=descending)
    whole = list_page(store.connection, asking, sorting, "", len(rows) + 1).rows
    old = {each.id for each in expected if superseded(each, store.documents)}
    assert {row.id for row in whole if row.superseded} == old


def in_order(documents: Sequence[Stored], column: str, *, descending: bool) -> list[str]:
    """Return the ids in the order of a column as SQLite has it: numbers, then texts; no value last."""
    raw = {each.id: _raw(each, column) for each in documents}
    having = sorted(
        (each for each in documents if raw[each.id] is not None),
        key=lambda each: (_ordered(raw[each.id]), each.row),
        reverse=descending,
    )
    without = sorted(
        (each for each in documents if raw[each.id] is None), key=lambda each: each.row, reverse=descending
    )
    return [each.id for each in (*having, *without)]


def _raw(each: Stored, column: str) -> object:
    """Return the value of a column; an empty text is one here, the least of all."""
    if column == "time":
        return each.time
    value = each.value(column)
    return "" if value is None and _empty(each, column) else value


def _empty(each: Stored, column: str) -> bool:
    paths = dict(store_tables()[each.stream].columns)[column]
    places = [each.document for _ in paths]
    for number, path in enumerate(paths):
        place: object = places[number]
        for step in path.split("."):
            place = place.get(step) if isinstance(place, dict) else None
        if place is not None:
            return place == ""
    return False


def _ordered(value: object) -> tuple[int, float, bytes]:
    if isinstance(value, int | float):
        return 0, float(value), b""
    if isinstance(value, list):
        return 1, 0.0, ("[" + ",".join(f'"{each}"' for each in value) + "]").encode()
    return 1, 0.0, str(value).encode()
