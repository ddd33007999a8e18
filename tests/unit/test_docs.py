"""The documentation says what the tables and the code say."""

import json
import re
from pathlib import Path

import pytest

from docs.generate import pages
from docs.stream_page import stream_page
from s1ecs.cli.on_demand import COMMANDS
from s1ecs.ecs.field_catalog import exported_fields
from s1ecs.streams import STREAMS, Stream, response_action

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SOURCE = ROOT / "src" / "s1ecs"


@pytest.mark.parametrize(("path", "text"), pages().items(), ids=lambda value: getattr(value, "name", ""))
def test_generated_pages_are_up_to_date(path: Path, text: str) -> None:
    """A page made from a table equals what the table gives now; `make docs` writes it anew."""
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("stream", STREAMS.values(), ids=lambda stream: stream.name)
def test_page_of_a_stream_tells_all(stream: Stream) -> None:
    """A stream's page has its paths, its permission, its views, every exported field and an example without secrets."""
    text = stream_page(stream)
    per_item = getattr(stream.ask, "per_item", None)
    paths = [stream.ask.path, *([per_item.path] if per_item else [])]
    told = [*(f"`/web/api/v2.1{path}`" for path in paths), stream.permission, f"view `{stream.name}`"]
    told += [f"\n| {field.name} | {field.type} | " for field in exported_fields(stream.table)]
    told += [f"view `{stream.latest_view}`"] if stream.latest_view else []
    assert [each for each in told if each not in text] == []
    example = json.loads(text.partition("```json\n")[2].partition("\n```")[0])
    assert example["event"]["dataset"] == stream.dataset
    assert "registration_token" not in json.dumps(example)


def test_readme_names_every_command() -> None:
    """Every command stands in the README's table."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(COMMANDS) == set(re.findall(r"^\| `s1ecs ([\w-]+)", readme, re.MULTILINE))


def test_every_page_is_in_the_index_once() -> None:
    """The index links each page of docs/ once, and every link of it is a file."""
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!http)([^)#]+)\)", index)
    pages_there = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")} - {"README.md"}
    assert sorted(link for link in links if not link.startswith("../")) == sorted(pages_there)
    assert {"../README.md", "../CONTRIBUTING.md", "../CHANGELOG.md"} <= set(links)
    assert [link for link in links if not (DOCS / link).exists()] == []


def test_every_stream_is_in_the_table_of_the_readme() -> None:
    """The README lists each stream with its view."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    names = re.findall(r"^\| \[\w+\]\(docs/streams/(\w+)\.md\) \|", readme, re.MULTILINE)
    assert names == sorted({*STREAMS, response_action.STREAM.name})


# In CONTRIBUTING.md these stand for names that a contributor chooses.
PLACEHOLDERS = re.compile(r"/?[^/]*\b(STREAM|CASE|OUTPUT|PAGE)\b.*")


def test_paths_of_the_developers_pages_exist() -> None:
    """Every file and folder that CONTRIBUTING.md and the architecture page name is there."""
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    architecture = (DOCS / "architecture.md").read_text(encoding="utf-8")
    quoted = {
        path for text in (contributing, architecture) for path in re.findall(r"`([\w./]*/[\w./]*|\w+\.\w+)`", text)
    }
    drawn = set(re.findall(r"^ +([\w./]+(?:/|\.\w+)) {2,}", architecture, re.MULTILINE))
    links = set(re.findall(r"\]\((?!http|#)([^)#]+)", contributing))
    named = {PLACEHOLDERS.sub("", path) for path in quoted | drawn | links}
    assert len(named) > 40
    assert {path for path in named if not any((folder / path).exists() for folder in (ROOT, SOURCE))} == set()


def test_errors_on_the_page_are_those_of_the_code() -> None:
    """What the table of errors quotes is what the search output says, word for word."""
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/s1ecs/outputs/search").rglob("*.py"))
    said = re.sub(r'"\s*f?"', "", sources)
    page = (ROOT / "docs/elasticsearch.md").read_text(encoding="utf-8")
    rows = page.partition("## What to do at each error")[2].partition("\n## ")[0].splitlines()
    quoted = [text for row in rows if row.startswith("| `") for text in re.findall(r"`([^`]+)`", row.split("|")[1])]
    assert quoted
    for text in quoted:
        assert not [part for part in text.split("...") if part.strip() not in said], text
