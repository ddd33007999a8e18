"""The documentation says what the tables and the code say."""

import json
import re
from pathlib import Path

import pytest

from docs.generate import pages
from docs.stream_page import stream_page
from s1ecs.cli import app
from s1ecs.ecs.exported import exported_fields
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
