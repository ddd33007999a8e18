"""A page over a store, empty or with the documents of all cases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.web.story.site import Site, cases, failures, site_of


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A page over an empty store."""
    with site_of(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def full_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A page over the documents of all cases, and over records that could not be mapped."""
    with site_of(tmp_path_factory.mktemp("state"), [*cases(), *failures()]) as opened:
        yield opened
