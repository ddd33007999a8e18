"""The site has every page of the repository, with links that work there."""

import posixpath
import re

from docs.markdown_pages import ROOT, all_pages
from docs.site_pages import INDEX, PICTURES, navigation, site_path, with_site_links

PAGES = [page for page in all_pages() if page.path != INDEX]


def test_links_lead_to_pages_of_the_site() -> None:
    """A link of a page, rewritten for the site, leads to another page of it or to a picture."""
    there = {site_path(page.path) for page in PAGES} | {
        site_path(path.relative_to(ROOT).as_posix())
        for folder in PICTURES
        for path in (ROOT / "docs" / folder).iterdir()
    }
    for page in PAGES:
        text = with_site_links((ROOT / page.path).read_text("utf-8"), page.path)
        targets = re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", text)
        folder = posixpath.dirname(site_path(page.path))
        assert {posixpath.normpath(posixpath.join(folder, target)) for target in targets} <= there, page.path


def test_navigation_is_that_of_the_index() -> None:
    """Every page is in the navigation once, behind the home page, below the task that docs/README.md lists it for."""
    home, *sections = navigation((ROOT / INDEX).read_text("utf-8"))
    assert home == {"Home": "index.md"}
    listed = [path for section in sections for pages in section.values() for page in pages for path in page.values()]
    assert sorted([*listed, "index.md"]) == sorted(site_path(page.path) for page in PAGES)
