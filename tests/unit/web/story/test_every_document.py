"""Every document has a page: of each stream, in both layouts, mapped or not, hostile, or with something missing."""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from s1ecs.streams import STREAMS
from tests.unit.outputs.store.made_documents import documents
from tests.unit.web.story.site import Case, Site, cases, failures, site_of

CASES = [*cases()]
BY_ID = {case.id: case for case in CASES}
HOSTILE = (
    '<script>alert("s1ecs")</script>',
    '"><img src=x onerror=alert(1)>',
    "\u202egnp.exe\u2066\ufeff",
    "\ud800 lone \udfff",
    "nul\0 and bell\a",
    "x" * 10_000,
    "{{ 7 * 7 }}{% raw %}",
    "../../etc/passwd?console=*&a[]=1#",
    "",
    "[1, 2",
    "*",
)
FORBIDDEN = re.compile("[\0\a\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Markup(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what a tag has."""
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.links += [value or "" for name, value in attrs if name == "href"]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of each leaf, and of each object and list on the way to it."""
    if path:
        yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield from leaves(member, (*path, name))


def changed(document: Mapping[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """Return a document with another value at a path; without it where the value is None."""
    copy: Any = deepcopy(document)
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    if value is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return dict(copy)


def hostile(value: Any, text: str) -> Any:
    """Put a text everywhere where a document has one, but for times."""
    if isinstance(value, dict):
        return {name: hostile(member, text) for name, member in value.items()}
    if isinstance(value, list):
        return [hostile(member, text) for member in value]
    return text if isinstance(value, str) and not re.match(r"\d{4}-\d\d-\d\dT", value) else value


@pytest.mark.parametrize("identity", BY_ID)
async def test_each_case_has_a_page_a_pane_and_json(full_site: Site, identity: str) -> None:
    """The page, the pane and the JSON of each case open; all of them tell of the same document."""
    case = BY_ID[identity]
    page = await full_site.item(case.stream, identity)
    pane = await full_site.item(case.stream, identity, part="pane")
    answer = await full_site.json(case.stream, identity)
    assert (page.status_code, pane.status_code, answer.status_code) == (200, 200, 200)
    assert page.text.count('data-testid="story"') == pane.text.count('data-testid="story"') == 1
    assert "<html" in page.text
    assert pane.text.startswith("<article")
    assert answer.json()["data"]["document"] == case.document


@pytest.mark.parametrize("stream", sorted(STREAMS))
async def test_documents_of_the_stand_in_have_pages(site: Site, stream: str) -> None:
    """Documents that the mappers make of the stand-in's records have pages, in each layout."""
    made = documents(stream)
    for identity, document in made:
        site.put(stream, identity, document)
    for identity, _ in made:
        page = await site.item(stream, identity)
        assert page.status_code == 200, identity
        assert 'data-testid="story"' in page.text


@pytest.mark.parametrize("case", [*failures()], ids=lambda case: case.id)
async def test_a_record_that_could_not_be_mapped_has_a_page_with_the_reason(full_site: Site, case: Case) -> None:
    """The page and the pane of a pipeline_error say that the record was not mapped, and why."""
    for part in ("", "pane"):
        page = await full_site.item(case.stream, case.id, part=part)
        assert page.status_code == 200
        assert "The record could not be mapped" in page.text
        assert "not a JSON object: a brace is missing &lt;b&gt;here&lt;/b&gt;" in page.text


@pytest.mark.parametrize("number", range(len(HOSTILE)))
async def test_hostile_values_are_text(tmp_path: Path, number: int) -> None:
    """Whatever a document holds becomes neither a tag nor an attribute, turns no text and breaks no page."""
    plain: set[str] = set()
    with site_of(tmp_path / "plain", CASES) as site:
        for case in CASES:
            plain |= Markup((await site.item(case.stream, case.id)).text).tags
    text = HOSTILE[number].encode("utf-8", "replace").decode() if number == 3 else HOSTILE[number]
    hostile_cases = [Case(case.stream, case.id, hostile(case.document, text)) for case in CASES]
    with site_of(tmp_path / "hostile", hostile_cases) as site:
        for case in hostile_cases:
            for part in ("", "pane"):
                page = await site.item(case.stream, case.id, part=part)
                assert page.status_code == 200, case.id
                assert not FORBIDDEN.search(page.text)
                markup = Markup(page.text)
                assert markup.tags <= plain
                assert not {name for name in markup.attributes if name.startswith("on") or name == "style"}
                assert not [link for link in markup.links if not link.startswith("/") and not link.startswith("#")]
            assert (await site.json(case.stream, case.id)).status_code == 200


@pytest.mark.parametrize("identity", BY_ID)
async def test_anything_may_be_missing_or_of_another_kind(tmp_path: Path, identity: str) -> None:
    """A document without any one of its values, or with a value of an unexpected kind there, has a page."""
    case = BY_ID[identity]
    paths = [*leaves(case.document)]
    kinds = (None, {"odd": [1]}, ["odd", None, {"deep": True}], -1.5, "")
    altered = [
        Case(case.stream, f"{number}-{place}", changed(case.document, path, kind))
        for number, path in enumerate(paths)
        for place, kind in enumerate(kinds)
        if (number + place) % 5 == 0 and (kind in (None, "") or path != ("@timestamp",))
    ]
    with site_of(tmp_path, altered) as site:
        for each in altered:
            assert (await site.item(each.stream, each.id)).status_code == 200, each.document


async def test_documents_that_nobody_can_read_have_a_page(site: Site) -> None:
    """A text that is no JSON object, written by somebody else, has a page that says so."""
    for number, text in enumerate(("{", "[]", "null", '"text"')):
        site.connection.execute(
            "INSERT INTO documents (id, stream, console, time, document) VALUES (?, 'alert', 'default', NULL, ?)",
            (f"odd{number}", text),
        )
        page = await site.item("alert", f"odd{number}")
        assert page.status_code == 200
        assert "cannot be read" in page.text


async def test_values_of_the_tree_lead_to_lists_with_and_without_the_document(full_site: Site) -> None:
    """Each value that can be filtered by leads to a list that has the document, and to one that has not."""
    followed = 0
    for case in CASES:
        page = await full_site.item(case.stream, case.id)
        tree = page.text.partition('aria-label="Documents"')[2]
        # The newest state of the object is told, whichever was opened.
        row = page.text.partition("data-stream=")[2].split(" ")[1].partition(">")[0]
        assert row.startswith('data-id="')
        for sign in re.finditer(r'<a href="([^"]+)" aria-label="(Only|Without) ', tree):
            listed = await full_site.get(sign[1].replace("&amp;", "&"))
            assert listed.status_code == 200, sign[1]
            assert (row in listed.text) == (sign[2] == "Only"), sign[1]
            followed += 1
    assert followed > 100
