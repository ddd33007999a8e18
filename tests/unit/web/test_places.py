"""Places in a list, as `next` gives them and as anyone may write them."""

import base64
import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import NamedTuple

import orjson
import pytest
from starlette.testclient import TestClient

from .conftest import page_over
from .made_store import fill
from .plain_count import Stored


class Shown(NamedTuple):
    """A page, and the documents of its store."""

    page: TestClient
    documents: Sequence[Stored]

    def listed(self, stream: str) -> list[str]:
        """Return the ids of the documents that a list has to show."""
        there = [each for each in self.documents if each.stream == stream]
        return sorted(each.id for each in there if stream == "alert" or (each.latest and not each.gone))


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """Fill a store with alerts and agents once for all tests, and open the page over it."""
    folder = tmp_path_factory.mktemp("places")
    documents = fill(folder, ("alert", "agent"), 240)
    with page_over(folder) as page:
        yield Shown(page, documents)


def place(value: object) -> str:
    """Write a place as a list does."""
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("=")


BAD = {
    "no base64": "%%%",
    "not ASCII": "é",
    "no JSON": base64.urlsafe_b64encode(b"\xff\x00").decode(),
    "a number": place(1),
    "an object": place({"a": 1, "b": 2}),
    "one member": place(["2026"]),
    "three members": place(["2026", 1, 2]),
    "row is a text": place(["2026", "1"]),
    "row is true": place(["2026", True]),
    "row is a fraction": place(["2026", 1.5]),
    "row beyond 64 bits": place(["2026", 2**64 - 1]),
    "value beyond 64 bits": place([2**64 - 1, 1]),
    "value is a list": place([["2026"], 1]),
    "value is an object": place([{"a": 1}, 1]),
    "deep": base64.urlsafe_b64encode(b"[" * 5000).decode(),
    "too long": "A" * 20_000,
}


@pytest.mark.parametrize("path", ["/alerts", "/api/v1/agent"])
@pytest.mark.parametrize("after", BAD.values(), ids=BAD)
def test_bad_places(shown: Shown, path: str, after: str) -> None:
    """A place that no list gave is refused with a sentence."""
    response = shown.page.get(path, params={"after": after})
    assert response.status_code == 400
    assert "not a place in this list" in response.text


@pytest.mark.parametrize("value", [None, True, 1.5, -(2**63), "", "\x00", "9" * 1000])
def test_odd_places(shown: Shown, value: object) -> None:
    """A place that no list gave but that could be one continues somewhere in the list."""
    rows = shown.page.get("/api/v1/alert", params={"after": place([value, 5])}).json()["data"]
    assert {row["id"] for row in rows} <= set(shown.listed("alert"))


@pytest.mark.parametrize("stream", ["alert", "agent"])
def test_paging_by_next(shown: Shown, stream: str) -> None:
    """Following `next` through the API gives each document once, and ends."""
    found: list[str] = []
    after: str | None = ""
    total = None
    while after is not None:
        parameters = {"limit": "7", "sort": "-time"} | ({"after": after} if after else {})
        answer = shown.page.get(f"/api/v1/{stream}", params=parameters).json()
        found += [row["id"] for row in answer["data"]]
        after, total = answer["next"], answer["total"]
    assert sorted(found) == shown.listed(stream)
    assert total == len(found)


@pytest.mark.parametrize(("path", "stream"), [("/alerts", "alert"), ("/hosts?sort=-host", "agent")])
def test_next_links(shown: Shown, path: str, stream: str) -> None:
    """Following the links to the next page shows each document once, and ends."""
    found: list[str] = []
    address = path
    while address:
        text = shown.page.get(address).text
        found += re.findall(r'data-testid="row" data-id="([^"]*)"', text)
        link = re.search(r'rel="next" href="([^"]*)"', text)
        address = unescape(link[1]) if link else ""
    assert sorted(found) == shown.listed(stream)
