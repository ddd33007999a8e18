"""Plans of SQLite for the questions that pages ask: none reads all documents, and ranges of time use an index."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from s1ecs.state.sqlite.database import FILE_NAME, connect, connect_for_reading
from s1ecs.web.questions.list_view import BY_STREAM, LIST_VIEWS, ListView

from .conftest import page_over
from .made_store import fill


class Watched(NamedTuple):
    """A page, the statements that it asked, and a connection that explains them."""

    page: TestClient
    statements: list[str]
    connection: sqlite3.Connection

    def plan(self, address: str) -> Sequence[tuple[str, str]]:
        """Return the steps of all questions of an address, each with its statement."""
        self.statements.clear()
        assert self.page.get(address).status_code == 200
        steps: list[tuple[str, str]] = []
        kept: list[str] = []
        for each in self.statements:
            head, _, rest = each.partition(" AS SELECT")
            if head.startswith("CREATE TEMP TABLE "):
                # Rows that later questions of the page are asked of.
                steps.extend(self._steps(f"SELECT{rest}"))
                self.connection.execute(each)
                kept.append(head.removeprefix("CREATE TEMP TABLE "))
            elif each.startswith("SELECT"):
                steps.extend(self._steps(each))
        for name in kept:
            self.connection.execute(f"DROP TABLE temp.{name}")
        assert steps
        return steps

    def _steps(self, statement: str) -> list[tuple[str, str]]:
        return [(row[3], statement) for row in self.connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Open the page over a store with documents of every stream, and note what it asks."""
    folder = tmp_path_factory.mktemp("plans")
    fill(folder, [*BY_STREAM], 600)
    with closing(connect(folder / FILE_NAME)) as connection:
        connection.execute("ANALYZE")
    statements: list[str] = []

    def noted(path: Path, *, any_thread: bool = False) -> sqlite3.Connection:
        connection = connect_for_reading(path, any_thread=any_thread)
        connection.set_trace_callback(statements.append)
        return connection

    with pytest.MonkeyPatch.context() as patch, closing(connect_for_reading(folder / FILE_NAME)) as connection:
        patch.setattr("s1ecs.web.questions.reader.connect_for_reading", noted)
        with page_over(folder) as page:
            yield Watched(page, statements, connection)


def addresses(view: ListView) -> Iterator[str]:
    """Yield addresses of a list: as it is, filtered by each facet, opened at each, in a range, grouped."""
    yield view.path
    for name in view.facets:
        yield f"{view.path}?{urlencode({name: 'WS-1', 'facet': name})}"
        yield f"{view.path}?{urlencode({f'not.{name}': '7'})}"
    yield f"{view.path}?from=2026-01-30T12:10:00Z&to=2026-01-31T10:20:00Z"
    yield f"{view.path}?current=1&gone=1&console=north"
    for name in view.groupings:
        yield f"{view.path}?by={name}"


@pytest.mark.parametrize("view", LIST_VIEWS, ids=lambda view: view.stream)
def test_no_list_reads_all_documents(watched: Watched, view: ListView) -> None:
    """No question of a list scans the table of whole documents, whatever it is filtered by."""
    for address in addresses(view):
        assert [each for each in watched.plan(address) if each[0].startswith("SCAN documents")] == [], address


@pytest.mark.parametrize("query", ["", "?severity=high", "?from=2026-01-30T12:10:00Z", "?host=WS-1&console=north"])
def test_overview_reads_no_documents(watched: Watched, query: str) -> None:
    """No question of the overview scans the table of whole documents."""
    assert [each for each in watched.plan(f"/{query}") if each[0].startswith("SCAN documents")] == []


def test_ranges_use_an_index(watched: Watched) -> None:
    """In a range of time the list of alerts never scans all rows: each question searches an index by time or key."""
    steps = watched.plan("/alerts?from=2026-01-30T12:10:00Z&to=2026-01-30T14:20:00Z")
    of_rows = [each for each in steps if "alert_rows" in each[0]]
    assert of_rows
    assert [each for each in of_rows if each[0].startswith("SCAN")] == []
    assert any("time>? AND time<?" in step for step, _ in of_rows)


@pytest.mark.parametrize("view", [view for view in LIST_VIEWS if view.key], ids=lambda view: view.stream)
@pytest.mark.parametrize("query", ["", "?current=1", "?sort=time"])
def test_newer_documents_are_looked_up(watched: Watched, view: ListView, query: str) -> None:
    """A newer document of an object is looked up by the object's key, for every row of a list."""
    steps = [step for step, _ in watched.plan(f"{view.path}{query}") if " newer " in step]
    assert steps
    assert [step for step in steps if f"({view.key}=?" not in step] == []
