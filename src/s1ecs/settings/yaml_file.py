"""A YAML text as `Given`: every key with its line, keys that are written twice refused."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from s1ecs.open_files import at_limit
from s1ecs.settings.raw_values import Problems, RawValue

# Settings of a thousand consoles are smaller by far. What is larger, or grows larger by its aliases, would fill the
# memory of whoever is made to read it.
LARGEST = 1_000_000
_MOST_ALIASES = 100
_MOST_VALUES = 100_000
_DEEPEST = 50

_NULLS = {"", "~", "null", "Null", "NULL"}


def read_file(path: Path, shown_as: str, problems: Problems) -> RawValue | None:
    """Read a settings file; None when it is empty or unusable, which is then among the problems."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except FileNotFoundError:
        problems.add_at(shown_as, "", "no such file")
        return None
    except OSError as problem:
        problems.add_at(shown_as, "", f"can't be read: {at_limit(problem) or problem.strerror}")
        return None
    if len(raw) > LARGEST:
        problems.add_at(
            shown_as, "", f"larger than {LARGEST / 1e6:g} MB, too large for a settings file; check the path"
        )
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        problems.add_at(f"{shown_as} line {line}", "", "not UTF-8; save the file as UTF-8")
        return None
    return read_text(text, shown_as, path.parent, problems, lines=True)


def read_text(text: str, shown_as: str, folder: Path, problems: Problems, *, lines: bool) -> RawValue | None:
    """Read a YAML text; `lines` says whether places tell the line, as they do for files."""
    try:
        root = yaml.compose(text, Loader=_Loader)
        if root is None:
            return None
        return _Converter(shown_as, folder, problems, lines=lines).convert(root, "", root.start_mark.line)
    except _TooMuch as problem:
        problems.add_at(f"{shown_as} line {problem.line + 1}" if lines else shown_as, "", str(problem))
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        place = f"{shown_as} line {mark.line + 1}" if mark and lines else shown_as
        problems.add_at(place, "", f"not YAML: {_without_names(problem.problem or 'cannot be read')}")
    except yaml.reader.ReaderError as problem:
        line = text.count("\n", 0, problem.position) + 1
        place = f"{shown_as} line {line}" if lines else shown_as
        problems.add_at(place, "", "not YAML: contains a control character")
    except RecursionError:
        problems.add_at(shown_as, "", "not usable: nested too deeply")
    return None


def _without_names(problem: str) -> str:
    # PyYAML quotes the names it stumbles over; one may be the beginning of a token.
    return re.sub(r" ['\"][^'\"]{3,}['\"]", "", problem)


class _TooMuch(Exception):
    """More of something than settings have; the line counts from 0."""

    def __init__(self, text: str, line: int) -> None:
        super().__init__(text)
        self.line = line


class _Loader(yaml.SafeLoader):
    """Stops at too many aliases and too deep nesting, before either is followed."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._aliases = 0
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        line: int = self.peek_event().start_mark.line  # type: ignore[no-untyped-call]
        if self.check_event(yaml.AliasEvent):
            self._aliases += 1
            if self._aliases > _MOST_ALIASES:
                raise _TooMuch(f"more than {_MOST_ALIASES} aliases (*NAME): write the values out", line)
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _TooMuch("not usable: nested too deeply", line)
        node: yaml.Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node


class _Converter:
    def __init__(self, shown_as: str, folder: Path, problems: Problems, *, lines: bool) -> None:
        self._shown_as = shown_as
        self._folder = folder
        self._problems = problems
        self._lines = lines
        self._open: set[int] = set()
        self._values = 0

    def convert(self, node: yaml.Node, key: str, line: int) -> RawValue:
        self._values += 1
        if self._values > _MOST_VALUES:
            raise _TooMuch(f"more than {_MOST_VALUES} values, with aliases (*NAME) expanded: reduce the file", line)
        if isinstance(node, yaml.ScalarNode):
            plain_null = node.style is None and node.value in _NULLS
            if plain_null:
                return replace(self._given(key, line, None), word=node.value)
            return self._given(key, line, node.value)
        if id(node) in self._open:  # an alias within its own anchor has no end
            self._problems.add_at(self._place(line), key, "not usable: an alias refers to itself")
            return self._given(key, line, None)
        self._open.add(id(node))
        content = self._mapping(node, key) if isinstance(node, yaml.MappingNode) else self._list(node, key)
        self._open.remove(id(node))
        return self._given(key, line, content)

    def _list(self, node: yaml.Node, key: str) -> tuple[RawValue, ...]:
        items = enumerate(node.value)
        return tuple(self.convert(item, f"{key}[{index}]", item.start_mark.line) for index, item in items)

    def _mapping(self, node: yaml.MappingNode, key: str) -> Mapping[str, RawValue]:
        entries: dict[str, RawValue] = {}
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
                self._problems.add_at(self._place(line), path, f"set twice{first}; keep one of them")
                continue
            first_lines[name] = line
            entries[name] = self.convert(value_node, path, line)
        return entries

    def _given(
        self, key: str, line: int, content: str | tuple[RawValue, ...] | Mapping[str, RawValue] | None
    ) -> RawValue:
        return RawValue(self._place(line), key, self._folder, content)

    def _place(self, line: int) -> str:
        return f"{self._shown_as} line {line + 1}" if self._lines else self._shown_as
