"""Lists without rows say what to do."""

from pathlib import Path

import pytest

from tests.stored import open_store, put

from .conftest import page_over
from .made_store import document_of


@pytest.mark.parametrize(
    ("path", "words", "address"),
    [
        ("/alerts?from=-1h&host=WS-1", "The newest is of", "/alerts?host=WS-1"),
        ("/alerts?from=-1h&host=WS-2", "No alerts match.", "/alerts"),
        ("/alerts?host=WS-2", "No alerts match.", "/alerts"),
        ("/threats", "No threats were collected yet.", "/collection"),
        ("/hosts", "No hosts were collected yet.", "/collection"),
        ("/hosts?from=-1h", "No hosts match.", "/hosts"),
    ],
)
def test_empty_lists(tmp_path: Path, path: str, words: str, address: str) -> None:
    """A list without rows leads to the newest row outside of its range, to the whole list, or to collection."""
    with open_store(tmp_path) as connection:
        put(connection, "alert", "1", document_of("alert", {"host": "WS-1", "time": "2026-01-29T12:00:00.000Z"}))
        connection.commit()
    with page_over(tmp_path) as page:
        text = page.get(path).text
    assert words in text
    assert f'<a href="{address}">' in text.partition('<div class="empty">')[2]
