"""State of a view: addresses of other views."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from s1ecs.web.view_state import ViewState

HERE = ViewState("/alerts", [("from", "-24h"), ("host", "a"), ("host", "b"), ("sort", "-time"), ("after", "x")])
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(parameters=st.lists(st.tuples(TEXTS, TEXTS)))
def test_a_query_is_read_as_it_was_written(parameters: list[tuple[str, str]]) -> None:
    """Parameters come back from an address unchanged, in their order."""
    assert QueryParams(ViewState("/", parameters).query).multi_items() == parameters


def test_reading() -> None:
    """A parameter has its last value, or all of them; one that is not there is empty."""
    assert (HERE.get("host"), HERE.all("host"), HERE.get("site"), HERE.all("site")) == ("b", ["a", "b"], "", [])


@pytest.mark.parametrize(
    ("view", "address"),
    [
        (HERE, "/alerts?from=-24h&host=a&host=b&sort=-time&after=x"),
        (HERE.having(sort="time"), "/alerts?from=-24h&host=a&host=b&sort=time"),
        (HERE.having(from_=None), "/alerts?host=a&host=b&sort=-time"),
        (HERE.having(not__host="c"), "/alerts?from=-24h&host=a&host=b&sort=-time&not.host=c"),
        (HERE.with_value("host", "c"), "/alerts?from=-24h&sort=-time&host=c"),
        (HERE.with_value("host", "a"), "/alerts?from=-24h&sort=-time&host=a"),
        (HERE.having(not__host="c").with_value("host", "c"), "/alerts?from=-24h&sort=-time&host=c"),
        (HERE.having(not__host="c").with_value("host", "d"), "/alerts?from=-24h&sort=-time&not.host=c&host=d"),
        (
            HERE.with_value("not.os", "c").with_value("not.os", "d"),
            "/alerts?from=-24h&host=a&host=b&sort=-time&not.os=c&not.os=d",
        ),
        (HERE.with_value("not.host", "a"), "/alerts?from=-24h&host=b&sort=-time&not.host=a"),
        (HERE.without_value("host", "a"), "/alerts?from=-24h&host=b&sort=-time"),
        (HERE.at("/hosts"), "/hosts?from=-24h"),
        (HERE.at("/hosts", "host"), "/hosts?from=-24h&host=a&host=b"),
        (HERE.to("/threats"), "/threats?from=-24h&host=a&host=b&sort=-time"),
        (HERE.in_place(open="1"), "/alerts?from=-24h&host=a&host=b&sort=-time&after=x&open=1"),
        (ViewState("/alerts/a?b#c/<ä>"), "/alerts/a%3Fb%23c/%3C%C3%A4%3E"),
        (ViewState("/\ud800", [("q", "\ud800")]), "/%3F?q=%3F"),
    ],
)
def test_addresses(view: ViewState, address: str) -> None:
    """Filters are added, replaced and removed; what leads to other rows begins at the first page."""
    assert str(view) == address
