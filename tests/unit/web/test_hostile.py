"""Values that someone else wrote are text on every page: no element or attribute comes from them."""

from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import orjson
import pytest
from starlette.testclient import TestClient

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.outputs.dead_letters import DeadLetterFiles
from s1ecs.records import record_from_line
from s1ecs.state.dead_letters import Letter
from s1ecs.web.questions.list_view import BY_STREAM, LIST_VIEWS
from s1ecs.web.shown_values import shown
from tests.stored import open_store, put

from .conftest import page_over
from .made_store import document_of, see

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "image": '"><img src=x onerror=alert(1)>',
    "single quotes": "' onmouseover='alert(1)' x='",
    "template": "{{ 7 * 7 }}{% raw %}",
    "comment": "<!-- --!> <![CDATA[ ]]> &lt;script&gt;",
    "address": "javascript:alert(1)//",
    "parameters": "a&from=-1h#x?y=%00%zz;b=\\",
    "right to left": "exe.\u202efdp\u2066 \u05d0 \u061c\u200f",
    "NUL": "a\x00b\x1b[31m\x7f\x85",
    "a surrogate": record_from_line(rb'{"v": "a\ud800b\udfff"}').value["v"],
    "long": "<b>" + "x" * 10_000,
    "a list": '["<script>", "<img src=x>"]',
    "no list": '[<script>"',
    "lines": "a\r\nb\u2028c\td",
}
PLAIN = "harmless"
TIME = "2026-01-31T12:00:00.000Z"


class Skeleton(HTMLParser):
    """Reader of a page that keeps its elements with the names of their attributes, and the addresses of links."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self.links: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count an element."""
        self.elements[tag, tuple(sorted(name for name, _ in attrs))] += 1
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "action"}]

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        """Count a comment; templates leave none."""
        self.elements[f"comment {data}", ()] += 1


def read(page: TestClient, address: str) -> Skeleton:
    """Read a page, which must answer."""
    response = page.get(address)
    assert response.status_code == 200, response.text[:300]
    skeleton = Skeleton()
    skeleton.feed(response.text)
    skeleton.close()
    return skeleton


def read_error(page: TestClient) -> Skeleton:
    """Read the page of an error that names a harmless value."""
    skeleton = Skeleton()
    skeleton.feed(page.get("/alerts?sort=harmless").text)
    return skeleton


def fill(folder: Path, value: str) -> None:
    """Store a document of each stream that has the value in all columns, its id, its console and as its words."""
    with open_store(folder) as connection:
        for stream, table in store_tables().items():
            numbers = {"severity": 73, "score": 5, "agents": 3, "active_threats": 1}
            values = {name: numbers.get(name, value) for name, _ in table.columns} | {"time": TIME}
            if stream == "unified_alert":
                values["detected"] = TIME
            put(connection, stream, value, document_of(stream, values), console=value)
            if BY_STREAM[stream].latest:
                see(connection, value, stream, value)
        connection.execute(
            "INSERT INTO polls (console, stream, polled, state, reason, documents, newest)"
            " VALUES ('default', 'alert', ?, 'failed', ?, 1, ?)",
            (TIME, value, TIME),
        )
        connection.commit()
    DeadLetterFiles(folder).append(None, [Letter(TIME, value, value, "default", "alert", value, value, {})])


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Open the page over documents with a harmless value."""
    folder = tmp_path_factory.mktemp("plain")
    fill(folder, PLAIN)
    with page_over(folder) as page:
        yield page


@pytest.fixture(scope="module", params=HOSTILE, ids=list(HOSTILE))
def hostile(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, TestClient]]:
    """Open the page over documents with a hostile value."""
    value = HOSTILE[request.param]
    folder = tmp_path_factory.mktemp("hostile")
    fill(folder, value)
    with page_over(folder) as page:
        yield value, page


def addresses(value: str) -> Iterator[str]:
    """Yield addresses of every page, also with the value in each kind of parameter."""
    yield "/"
    yield "/collection"
    yield f"/?{urlencode({'host': value}, errors='replace')}"
    yield f"/search?{urlencode({'q': 'harmless' if value == PLAIN else 'script OR alert OR a OR x OR 7 OR exe OR b'})}"
    for view in LIST_VIEWS:
        yield view.path
        column = view.title_column
        for parameters in ({column: value}, {f"not.{column}": value}, {"console": value, "facet": view.facets[-1]}):
            yield f"{view.path}?{urlencode(parameters, errors='replace')}"
        for name in view.groupings:
            yield f"{view.path}?by={name}"


def test_no_element_comes_from_a_value(plain: TestClient, hostile: tuple[str, TestClient]) -> None:
    """A page has the elements and attributes that it has with harmless values, and links to itself alone."""
    value, page = hostile
    for harmless, address in zip(addresses(PLAIN), addresses(value), strict=True):
        expected, found = read(plain, harmless), read(page, address)
        # A list in JSON is shown member by member, where a harmless text is one.
        if value.startswith('["'):
            assert set(found.elements) == set(expected.elements), address
        else:
            assert found.elements == expected.elements, address
        assert [
            link for link in found.links if link != "#main" and (not link.startswith("/") or link.startswith("//"))
        ] == [], address


def test_a_value_is_shown_as_text(hostile: tuple[str, TestClient]) -> None:
    """A list shows a value as it is, without signs that no screen shows, cut where it is long."""
    value, page = hostile
    for view in LIST_VIEWS:
        text = "".join(read(page, view.path).text)
        assert shown(value) in text, view.path
        assert not set(text) & {"\x00", "\x1b", "\x7f", "\u202e", "\u2066", "\u200f"}


def test_collection_shows_reasons_as_text(hostile: tuple[str, TestClient]) -> None:
    """The page of collection shows why a poll failed, and why and of which console an output refused a document."""
    value, page = hostile
    text = "".join(read(page, "/collection").text)
    assert text.count(shown(value)[:60]) >= 4
    [letters] = page.get("/api/v1/collection").json()["dead_letters"]
    assert letters == {"output": value, "console": value, "stream": "alert", "reason": value, "count": 1}


def test_a_filter_by_a_value_finds_it(hostile: tuple[str, TestClient]) -> None:
    """The API returns a value unchanged, and finds its document by it."""
    value, page = hostile
    for view in LIST_VIEWS:
        column = view.title_column
        query = urlencode({column: value, "console": value})
        [row] = orjson.loads(page.get(f"/api/v1/{view.stream}?{query}").content)["data"]
        assert row[column] == value


def test_nothing_is_shown_of_errors(hostile: tuple[str, TestClient]) -> None:
    """An error names what is wrong as text, too."""
    value, page = hostile
    for parameters in ({"sort": value}, {value: "1"}, {"by": value}, {"from": value}, {"after": value}):
        response = page.get(f"/alerts?{urlencode(parameters, errors='replace')}")
        assert response.status_code == 400
        skeleton = Skeleton()
        skeleton.feed(response.text)
        assert skeleton.elements == read_error(page).elements
