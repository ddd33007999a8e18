"""Lists that are summed up: the numbers of groups are those of the lists that they lead to."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from starlette.testclient import TestClient

from .conftest import page_over
from .made_store import fill


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Open the page over agents, groups and vulnerabilities, some with an empty text in a column."""
    folder = tmp_path_factory.mktemp("groupings")
    fill(folder, ["agent", "group", "application_risk"], 600)
    with page_over(folder) as client:
        yield client


def numbers(html: str) -> list[tuple[str, int]]:
    """Return the addresses and numbers of the cells that lead to lists."""
    found = re.findall(r'<td class="number"><a href="([^"]*)">([0-9,]+)</a></td>', html)
    return [(unescape(address), int(number.replace(",", ""))) for address, number in found]


def total(page: TestClient, address: str) -> int:
    """Return the number that stands above a list."""
    [text] = re.findall(r'data-testid="total-[a-z_]+" href="[^"]*">([0-9,]+)<', page.get(address).text)
    return int(text.replace(",", ""))


@pytest.mark.parametrize("query", ["", "?console=north", "?not.site=7&gone=1", "?name=ws-1&site=WS-1&console=south"])
def test_agents_of_groups(page: TestClient, query: str) -> None:
    """Agents by site and group are counted under the filters that agents have, and lead to the lists with them."""
    found = numbers(page.get(f"/groups{query}").text)
    assert found
    for address, number in found:
        assert total(page, address) == number, address


@pytest.mark.parametrize("query", ["by=cve", "by=application&severity=critical&severity=high", "by=host&host=ws-*"])
def test_groups(page: TestClient, query: str) -> None:
    """The number of each group is that of its list, of the one without a value, too, whatever was filtered before."""
    found = numbers(page.get(f"/vulnerabilities?{query}").text)
    assert found
    for address, number in found:
        assert total(page, address) == number, address
