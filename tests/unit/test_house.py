"""House rules that no linter knows: docstrings say what a thing is, names mean one thing."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

import s1ecs

SOURCE = Path(s1ecs.__file__).parent
# The beginning of a clause: a docstring begins with a noun phrase or an imperative.
CLAUSE = re.compile(r"(What|How|Whether|Those|Let|Where)\b")
DEFINITIONS = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def trees(room: str = "") -> Iterator[tuple[str, ast.Module]]:
    """Parse every module of the package, or of one room: a folder or a file at its top."""
    place = SOURCE / room
    for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
        yield str(path.relative_to(SOURCE)), ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("room", sorted(path.name for path in SOURCE.iterdir() if not path.name.startswith("__")))
def test_docstrings_begin_with_a_noun_phrase_or_an_imperative(room: str) -> None:
    """No docstring of a module, class or function begins a clause."""
    assert [
        f"{name}: {getattr(node, 'name', 'module')}: {text.splitlines()[0]}"
        for name, tree in trees(room)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | DEFINITIONS) and (text := ast.get_docstring(node)) and CLAUSE.match(text)
    ] == []


def test_each_public_class_name_is_defined_once() -> None:
    """A class name means one thing in the whole package."""
    places = defaultdict(list)
    for name, tree in trees():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(name)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
