"""The documentation says what the tables and the code say."""

import json
import re
from pathlib import Path

import pytest

from docs.generate import pages
from docs.stream_page import stream_page
from s1ecs.cli import app
from s1ecs.ecs.exported import exported_fields
from s1ecs.settings import load
from s1ecs.streams import STREAMS, Stream

ROOT = Path(__file__).parents[2]


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
    names = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    names |= {str(group.typer_instance.info.name) for group in app.registered_groups if group.typer_instance}
    assert names == set(re.findall(r"^\| `s1ecs ([\w-]+)", readme, re.MULTILINE))


def test_links_of_the_readme_lead_somewhere() -> None:
    """Every relative link in the README is a file."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!http)([^)#]+)\)", readme)
    assert links
    assert not [link for link in links if not (ROOT / link).exists()]


OUTPUT_PAGES = ("elasticsearch.md", "opensearch.md", "outputs.md")


@pytest.mark.parametrize("name", OUTPUT_PAGES)
def test_examples_of_settings_load(name: str, tmp_path: Path) -> None:
    """Every example of settings on the pages about outputs is taken, once its files are there."""
    examples = re.findall(
        r"^```yaml\n(.*?)^```", (ROOT / "docs" / name).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert examples
    for example in examples:
        for file in re.findall(r"/etc/s1ecs/([\w.-]+)", example):
            (tmp_path / file).write_text("a-secret-for-tests\n", encoding="utf-8")
            (tmp_path / file).chmod(0o600)
        given = tmp_path / "s1ecs.yaml"
        given.write_text(example.replace("/etc/s1ecs", str(tmp_path)), encoding="utf-8")
        console = {"S1ECS_URL": "https://127.0.0.1", "S1ECS_TOKEN": "a-token-for-tests"}
        around = {each: value for each, value in console.items() if "url:" not in example}
        settings = load(file=given, environment=around, flags={}, streams=list(STREAMS), working_folder=tmp_path)
        assert len(settings.outputs) == len(re.findall(r"^ +- type:", example, re.MULTILINE))


def test_links_of_the_search_pages_lead_somewhere() -> None:
    """Every relative link of the pages about search servers is a file, and its fragment a heading in there."""
    for name in ("elasticsearch.md", "opensearch.md", "moving-from-elastic-agent.md"):
        text = (ROOT / "docs" / name).read_text(encoding="utf-8")
        for file, fragment in re.findall(r"\]\((?!http)([^)#]*)#?([^)]*)\)", text):
            there = (ROOT / "docs" / (file or name)).read_text(encoding="utf-8")
            headings = [re.sub(r"[^\w -]", "", each.lower()) for each in re.findall(r"^#+ (.*)$", there, re.MULTILINE)]
            assert not fragment or fragment in [each.replace(" ", "-") for each in headings], (name, file, fragment)


def test_errors_on_the_page_are_those_of_the_code() -> None:
    """What the table of errors quotes is what the search output says, word for word."""
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/s1ecs/outputs/search").glob("*.py"))
    said = re.sub(r'"\s*f?"', "", sources)
    page = (ROOT / "docs/elasticsearch.md").read_text(encoding="utf-8")
    rows = page.partition("## What to do at each error")[2].partition("\n## ")[0].splitlines()
    quoted = [text for row in rows if row.startswith("| `") for text in re.findall(r"`([^`]+)`", row.split("|")[1])]
    assert quoted
    for text in quoted:
        assert not [part for part in text.split("...") if part.strip() not in said], text
