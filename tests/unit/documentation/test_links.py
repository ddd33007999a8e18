"""Links of the documentation lead somewhere, in the repository as on the site."""

import re
from collections import Counter
from pathlib import Path

from docs.markdown_pages import ROOT, Link, all_pages, read_page

PAGES = {page.path: page for page in all_pages()}


def test_links_and_anchors_lead_somewhere() -> None:
    """Every relative link and image of every page is a file, and its fragment a heading that no other has."""
    links = [link for page in PAGES.values() for link in page.links if not re.match(r"\w+:", link.target)]
    assert len(links) > 100
    assert [str(link) for link in links if not _leads_somewhere(link)] == []


def _leads_somewhere(link: Link) -> bool:
    name, _, fragment = link.target.partition("#")
    path = (ROOT / link.page).parent / name if name else ROOT / link.page
    if not path.exists():
        return False
    if not fragment:
        return True
    known = path.resolve().relative_to(ROOT).as_posix()
    page = PAGES.get(known) or read_page(Path(path.resolve()))
    return Counter(page.anchors)[fragment] == 1


def test_files_named_in_sentences_exist() -> None:
    """A file of docs/ or of the code that decisions, guarantees, operations or security pages name is there."""
    pages = ("docs/decisions.md", "docs/guarantees.md", "docs/operations.md")
    named = {
        (page, path)
        for page in pages
        for path in re.findall(r"(?<![\w/.])([\w-]+(?:/[\w.-]+)*\.(?:md|py|csv))\b", (ROOT / page).read_text("utf-8"))
    }
    places = (ROOT, ROOT / "docs", ROOT / "src" / "s1ecs")
    assert {(page, path) for page, path in named if not any((place / path).exists() for place in places)} == set()
