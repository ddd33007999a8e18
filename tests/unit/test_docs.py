"""The documentation says what the tables and the code say."""

import re
from pathlib import Path

import pytest

from docs.generate import pages
from s1ecs.cli import app

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("path", "text"), pages().items(), ids=lambda value: getattr(value, "name", ""))
def test_generated_pages_are_up_to_date(path: Path, text: str) -> None:
    """A page made from a table equals what the table gives now; `make docs` writes it anew."""
    assert text == path.read_text(encoding="utf-8")


def test_readme_names_every_command() -> None:
    """Every command stands in the README's table."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    names = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    assert names == set(re.findall(r"^\| `s1ecs (\w+)", readme, re.MULTILINE))


def test_links_of_the_readme_lead_somewhere() -> None:
    """Every relative link in the README is a file."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!http)([^)#]+)\)", readme)
    assert links
    assert not [link for link in links if not (ROOT / link).exists()]
