"""The page about collection shows the consoles that were chosen, of those that its user sees."""

import re
from pathlib import Path

import pytest

from s1ecs.web.access.page_user import PageUser, Role
from tests.stored import open_store

from .conftest import ADA, page_over

EVE = PageUser("eve", {"elsewhere": Role.RESPONDER})


@pytest.mark.parametrize(
    ("user", "query", "shown"),
    [
        (ADA, "", True),
        (ADA, "?console=default", True),
        (ADA, "?console=x", False),
        (EVE, "", False),
        (EVE, "?console=default", False),
    ],
)
def test_consoles(tmp_path: Path, user: PageUser, query: str, shown: bool) -> None:  # noqa: FBT001
    """Streams and their health are there where their console is chosen and seen; the collector's health always is."""
    with open_store(tmp_path):
        pass
    with page_over(tmp_path, user) as page:
        answer = page.get(f"/api/v1/collection{query}").json()
        text = page.get(f"/collection{query}").text
    assert bool(answer["streams"]) == shown
    assert {line["console"] for line in answer["lines"]} == ({"", "default"} if shown else {""})
    assert bool(re.search('data-testid="stream-alert"', text)) == shown
