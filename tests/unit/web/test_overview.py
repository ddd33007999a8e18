"""The overview's numbers: those of the API under the same filters, and of plain Python over the documents."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from html import unescape
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.timestamps import time_text
from s1ecs.web.access.page_user import PageUser, Role
from s1ecs.web.questions.list_view import BY_STREAM, LIST_VIEWS, SEVERITY_WORDS
from s1ecs.web.questions.overview import COUNTED

from .conftest import ADA, page_over
from .made_store import CONSOLES, TEXTS, fill
from .plain_count import Stored, Wanted, by_value, matching
from .test_questions import MOMENTS

USERS = [ADA, PageUser("bob", {"south": Role.VIEWER}), PageUser("eve", {"north": Role.VIEWER, "west": Role.RESPONDER})]


class Overviews:
    """Pages over one store, one for each user, and its documents; no dataclass, because Hypothesis would print it."""

    def __init__(self, pages: Sequence[TestClient], documents: Sequence[Stored]) -> None:
        self.pages = pages
        self.documents = documents


@pytest.fixture(scope="module")
def overviews(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Overviews]:
    """Fill a store with documents of every stream once, and open the page for users of different consoles."""
    folder = tmp_path_factory.mktemp("overview")
    documents = fill(folder, [*BY_STREAM], 900)
    with page_over(folder, USERS[0]) as ada, page_over(folder, USERS[1]) as bob, page_over(folder, USERS[2]) as eve:
        yield Overviews([ada, bob, eve], documents)


FILTERS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["host", "not.host", "status", "site", "not.site"]), st.sampled_from(TEXTS)),
        st.tuples(st.sampled_from(["severity", "not.severity"]), st.sampled_from([*SEVERITY_WORDS.values(), "", "10"])),
        st.tuples(st.sampled_from(["console", "not.console"]), st.sampled_from([*CONSOLES, "elsewhere"])),
    ),
    max_size=3,
)


@given(user=st.integers(0, 2), filters=FILTERS, since=st.none() | MOMENTS, until=st.none() | MOMENTS)
@settings(max_examples=40)
def test_numbers_of_the_overview(
    overviews: Overviews, user: int, filters: list[tuple[str, str]], since: datetime | None, until: datetime | None
) -> None:
    """Every number of the overview is that of the list which it leads to, for any user, filters and range."""
    page, visible = overviews.pages[user], USERS[user].visible
    range_ = [(name, time_text(moment)) for name, moment in (("from", since), ("to", until)) if moment]
    query = urlencode([*filters, *range_])

    def total(stream: str, **more: str) -> int:
        answer = page.get(f"/api/v1/{stream}?{query}{'&' if more and query else ''}{urlencode(more)}").json()
        return int(answer["total"])

    found = page.get(f"/api/v1/overview?{query}").json()
    text = page.get(f"/?{query}").text
    for stream in COUNTED:
        there = [each for each in filters if _has(stream, each[0].removeprefix("not."))]
        wanted = Wanted(stream, there, since, until, visible=visible)
        expected = len(matching(overviews.documents, wanted))
        assert found["totals"][stream] == total(stream) == expected, stream
        assert f'data-testid="total-{stream}"' in text
        assert f">{expected:,}</a>" in text
    open_threats = total("threat", current="1", **{"not.status": "resolved"})
    assert sum(each["count"] for each in found["open_threats"]) == open_threats
    assert found["agents"]["infected"] == total("agent", infected="true")
    assert found["agents"]["out_of_date"] == total("agent", up_to_date="false")
    assert found["agents"]["not_seen"] == total("agent", **{"before.last_active": "-7d"})
    for panel in found["top"]:
        values = page.get(f"/api/v1/{panel['stream']}/values/{panel['column']}?{query}").json()["data"]
        assert panel["values"] == values[: len(panel["values"])]
        assert len(panel["values"]) == min(len(values), 8)
    values = page.get(f"/api/v1/threat/values/techniques?{query}&limit=1000").json()["data"]
    counts = Counter({each["value"]: each["count"] for each in values if each["value"] is not None})
    shown = {each["id"]: each["count"] for tactic in found["techniques"] for each in tactic["techniques"]}
    assert shown == counts
    cves = page.get(f"/api/v1/application_risk/values/cve?{query}&limit=1000").json()["data"]
    assert found["cves"] == len([each for each in cves if each["value"] is not None])


def _has(stream: str, column: str) -> bool:
    return column == "console" or column in [name for name, _ in store_tables()[stream].columns]


def test_documents_of_other_consoles(overviews: Overviews) -> None:
    """A user sees no number, value or document of a console that is not the user's, even when asking for it."""
    bob = overviews.pages[1]
    assert sum(bob.get("/api/v1/overview?console=north").json()["totals"].values()) == 0
    for stream in BY_STREAM:
        rows = bob.get(f"/api/v1/{stream}?limit=1000").json()["data"]
        assert {row["console"] for row in rows} == {"south"}
        assert bob.get(f"/api/v1/{stream}?console=north").json() == {"data": [], "next": None, "total": 0}
        expected = matching(overviews.documents, Wanted(stream, visible=["south"]))
        column = BY_STREAM[stream].columns[0]
        values = bob.get(f"/api/v1/{stream}/values/{column}").json()["data"]
        assert Counter({each["value"]: each["count"] for each in values}) == by_value(expected, column)
    hits = bob.get("/api/v1/search?q=a").json()["data"]
    assert hits
    assert {each["console"] for each in hits} == {"south"}


@pytest.mark.parametrize("query", ["", "rule=WS-1&severity=high", "before.last_active=-1d&not.version=7", "cve="])
def test_lists_behind_the_overview(overviews: Overviews, query: str) -> None:
    """Every link of the overview opens, also under a filter that some lists do not have; totals are those shown."""
    page = overviews.pages[0]
    links = {unescape(link) for link in re.findall(r'href="(/[^"]*)"', page.get(f"/?{query}").text)}
    lists = sorted(link for link in links if link.partition("?")[0] in {view.path for view in LIST_VIEWS})
    assert len(lists) > 30
    assert {link: status for link in lists if (status := page.get(link).status_code) != 200} == {}
    totals = page.get(f"/api/v1/overview?{query}").json()["totals"]
    shown = re.findall(r'data-testid="total-([a-z_]+)" href="([^"]*)"', page.get(f"/?{query}").text)
    for stream, link in shown:
        _, _, filters = unescape(link).partition("?")
        assert page.get(f"/api/v1/{stream}?{filters}").json()["total"] == totals[stream], link
