"""Texts of errors, read from the code: what the pages quote is what s1ecs prints."""

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache

from docs.markdown_pages import ROOT

HIDDEN = "..."
_SEVERAL = re.compile(r"\.{6,}")


class NoSuchText(Exception):
    """The code has no text, or several, with the words that a page quotes."""


def text_with(words: str, room: str = "") -> str:
    """Return the one text of a room of the code that contains these words, with `...` for the values in it."""
    found = {text for path, text in _texts() if words in text and path.startswith(room)}
    if len(found) != 1:
        raise NoSuchText(f"{words!r}: {len(found)} texts of the code contain it")
    return found.pop()


@cache
def _texts() -> Sequence[tuple[str, str]]:
    source = ROOT / "src" / "s1ecs"
    return [
        (path.relative_to(source).as_posix(), text)
        for path in sorted(source.rglob("*.py"))
        for text in _texts_of(ast.parse(path.read_text(encoding="utf-8")))
    ]


def _texts_of(tree: ast.AST) -> Iterator[str]:
    if isinstance(tree, ast.JoinedStr):
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else HIDDEN for part in tree.values)
        yield _SEVERAL.sub(HIDDEN, text)
        return
    if isinstance(tree, ast.Constant) and isinstance(tree.value, str):
        yield tree.value
    for child in ast.iter_child_nodes(tree):
        yield from _texts_of(child)
