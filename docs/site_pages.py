"""Sources of the documentation site: the pages of the repository with links of the site, and its navigation.

The site generator knows one folder of pages. Here the pages of docs/ and those at the root of the repository become
such a folder, below build/, with a configuration whose navigation is the table of docs/README.md.
"""

import posixpath
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from docs.markdown_pages import ROOT, all_pages

BUILD = ROOT / "build" / "docs-site"
INDEX = "docs/README.md"
# Folders of pictures below docs/.
PICTURES = ("pictures", "images")
# Pages at the root of the repository, by their names on the site.
AT_THE_ROOT = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
}
_LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)(#[^)\s]*)?\)")


def main() -> None:
    """Write pages, pictures and the configuration anew."""
    shutil.rmtree(BUILD, ignore_errors=True)
    for page in all_pages():
        if page.path != INDEX:
            text = (ROOT / page.path).read_text(encoding="utf-8")
            _write(BUILD / "docs" / site_path(page.path), with_site_links(text, page.path))
    for pictures in PICTURES:
        if (ROOT / "docs" / pictures).exists():
            shutil.copytree(ROOT / "docs" / pictures, BUILD / "docs" / pictures)
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    settings |= {"docs_dir": "docs", "nav": navigation((ROOT / INDEX).read_text(encoding="utf-8"))}
    _write(BUILD / "mkdocs.yml", yaml.safe_dump(settings, sort_keys=False))


def navigation(index: str) -> Sequence[Mapping[str, Any]]:
    """Read the sections of the table of the index: a task a row, its pages in their order."""
    sections: list[Mapping[str, Any]] = [{"Home": AT_THE_ROOT["README.md"]}]
    for task, pages in re.findall(r"^\| ([A-Z][^|]*) \| (.*\]\(.*) \|$", index, re.MULTILINE):
        entries = [{text: path} for text, path in _entries(pages) if path != AT_THE_ROOT["README.md"]]
        sections.append({task: entries})
    return sections


def with_site_links(markdown: str, page: str) -> str:
    """Rewrite the relative links of a page of the repository."""
    here = posixpath.dirname(site_path(page)) or "."

    def on_site(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(page), found[1]))
        return f"]({posixpath.relpath(site_path(target), here)}{found[2] or ''})"

    return _LINK.sub(on_site, markdown)


def site_path(path: str) -> str:
    """Path on the site of a page or picture; the index of docs/ is the navigation there, so its links lead home."""
    return AT_THE_ROOT["README.md"] if path == INDEX else AT_THE_ROOT.get(path, path.removeprefix("docs/"))


def _entries(pages: str) -> Iterator[tuple[str, str]]:
    for text, target in re.findall(r"\[([^\]]+)\]\(([^)#]+)\)", pages):
        yield text, site_path(posixpath.normpath(f"docs/{target}"))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
