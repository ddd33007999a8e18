"""A YAML text as `Given`: every key with its line, keys that are written twice refused."""

import re
from collections.abc import Mapping
from pathlib import Path

import yaml

from s1ecs.settings.given import Given, Problems

_NULLS = {"", "~", "null", "Null", "NULL"}


def read_file(path: Path, shown_as: str, problems: Problems) -> Given | None:
    """Read a settings file; None when it is empty or unusable, which is then among the problems."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        problems.add_at(shown_as, "", "no such file")
        return None
    except OSError as problem:
        problems.add_at(shown_as, "", f"can't be read: {problem.strerror}")
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        problems.add_at(f"{shown_as} line {line}", "", "not UTF-8; save the file as UTF-8")
        return None
    return read_text(text, shown_as, path.parent, problems, lines=True)


def read_text(text: str, shown_as: str, folder: Path, problems: Problems, *, lines: bool) -> Given | None:
    """Read a YAML text; `lines` says whether places tell the line, as they do for files."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        place = f"{shown_as} line {mark.line + 1}" if mark and lines else shown_as
        problems.add_at(place, "", f"not YAML: {_without_names(problem.problem or 'can not be read')}")
        return None
    except yaml.reader.ReaderError as problem:
        line = text.count("\n", 0, problem.position) + 1
        place = f"{shown_as} line {line}" if lines else shown_as
        problems.add_at(place, "", "not YAML: holds a control character")
        return None
    except RecursionError:
        problems.add_at(shown_as, "", "not usable: nested too deeply")
        return None
    if root is None:
        return None
    return _Converter(shown_as, folder, problems, lines=lines).convert(root, "", root.start_mark.line)


def _without_names(problem: str) -> str:
    # PyYAML quotes the names it stumbles over; one may be the beginning of a token.
    return re.sub(r" ['\"][^'\"]{3,}['\"]", "", problem)


class _Converter:
    def __init__(self, shown_as: str, folder: Path, problems: Problems, *, lines: bool) -> None:
        self._shown_as = shown_as
        self._folder = folder
        self._problems = problems
        self._lines = lines
        self._open: set[int] = set()

    def convert(self, node: yaml.Node, key: str, line: int) -> Given:
        if isinstance(node, yaml.ScalarNode):
            plain_null = node.style is None and node.value in _NULLS
            return self._given(key, line, None if plain_null else node.value)
        if id(node) in self._open:  # an alias within its own anchor has no end
            self._problems.add_at(self._place(line), key, "not usable: holds itself by an alias")
            return self._given(key, line, None)
        self._open.add(id(node))
        content = self._mapping(node, key) if isinstance(node, yaml.MappingNode) else self._list(node, key)
        self._open.remove(id(node))
        return self._given(key, line, content)

    def _list(self, node: yaml.Node, key: str) -> tuple[Given, ...]:
        items = enumerate(node.value)
        return tuple(self.convert(item, f"{key}[{index}]", item.start_mark.line) for index, item in items)

    def _mapping(self, node: yaml.MappingNode, key: str) -> Mapping[str, Given]:
        entries: dict[str, Given] = {}
        first_lines: dict[str, int] = {}
        for name_node, value_node in node.value:
            line = name_node.start_mark.line
            if not isinstance(name_node, yaml.ScalarNode):
                self._problems.add_at(self._place(line), key, "a key must be a plain word")
                continue
            name = name_node.value
            path = f"{key}.{name}" if key else name
            if name in entries:
                first = f" (first in line {first_lines[name] + 1})" if self._lines else ""
                self._problems.add_at(self._place(line), path, f"written twice{first}; keep one of them")
                continue
            first_lines[name] = line
            entries[name] = self.convert(value_node, path, line)
        return entries

    def _given(self, key: str, line: int, content: str | tuple[Given, ...] | Mapping[str, Given] | None) -> Given:
        return Given(self._place(line), key, self._folder, content)

    def _place(self, line: int) -> str:
        return f"{self._shown_as} line {line + 1}" if self._lines else self._shown_as
