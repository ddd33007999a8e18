"""The Markdown pages of the repository as data: code blocks, inline code, links and anchors."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parent.parent
_AT_THE_ROOT = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
_PARSER = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Block:
    """A block of code. `language` is the first word behind the fence; indented code is commands (sh)."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@dataclass(frozen=True)
class Link:
    """Target of a link or an image, as written."""

    page: str
    line: int
    target: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.target}"


@dataclass(frozen=True)
class Page:
    """A page by its path in the repository. `anchors` are those of its headings, `code` the inline code."""

    path: str
    blocks: Sequence[Block]
    links: Sequence[Link]
    anchors: Sequence[str]
    code: Sequence[str]


def all_pages() -> Sequence[Page]:
    """All pages for readers: those of docs/ and the ones at the root of the repository."""
    paths = [ROOT / name for name in _AT_THE_ROOT if (ROOT / name).exists()]
    return [read_page(path) for path in (*paths, *sorted((ROOT / "docs").rglob("*.md")))]


def read_page(path: Path) -> Page:
    """Read a page of the repository."""
    name = path.relative_to(ROOT).as_posix()
    tokens = _PARSER.parse(path.read_text(encoding="utf-8"))
    lined = [((token.map or [0])[0] + 1, token) for token in tokens]
    children = [(line, child) for line, token in lined for child in _all_children(token.children)]
    return Page(
        path=name,
        blocks=[
            Block(name, line, token.info.partition(" ")[0] if token.markup else "sh", token.content)
            for line, token in lined
            if token.type in ("fence", "code_block")
        ],
        links=[
            Link(name, line, str(child.attrGet("href") or child.attrGet("src")))
            for line, child in children
            if child.type in ("link_open", "image")
        ],
        anchors=[anchor_of(_text(following)) for token, following in pairwise(tokens) if token.type == "heading_open"],
        code=[child.content for _, child in children if child.type == "code_inline"],
    )


def anchor_of(heading: str) -> str:
    """The anchor that GitHub and the site give to a heading: lower case, without punctuation, hyphens for spaces."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def _text(inline: Token) -> str:
    return "".join(child.content for child in _all_children(inline.children) if child.type in ("text", "code_inline"))


def _all_children(tokens: Sequence[Token] | None) -> Iterator[Token]:
    for token in tokens or ():
        yield token
        yield from _all_children(token.children)
