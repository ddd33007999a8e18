"""Raw values with the place where each was written: the common form of file, environment and flags."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from s1ecs.errors import SettingsError


@dataclass(frozen=True)
class RawValue:
    """A text, a list or a mapping, and where it stands; None is a key without a value, as good as not written.

    Texts stay as written: what type they are meant to be is the setting's matter, not the file's. `key` is the path
    within the file, empty where `place` tells it already; relative paths start at `folder`. `word` is the word behind a
    None, such as `null`.
    """

    place: str
    key: str
    folder: Path
    content: "str | tuple[RawValue, ...] | Mapping[str, RawValue] | None"
    word: str = ""

    def shape(self) -> str:
        """Kind of the value, in words for an error."""
        if self.content is None:
            return "nothing"
        if isinstance(self.content, str):
            return "a text"
        return "a list" if isinstance(self.content, tuple) else "a mapping"


def raw_value(content: object, place: str, key: str, folder: Path) -> RawValue:
    """Return a value of JSON as a raw value, its numbers and booleans as they would be written in a file."""
    if isinstance(content, Mapping):
        entries = {
            str(name): raw_value(each, place, f"{key}.{name}" if key else str(name), folder)
            for name, each in content.items()
        }
        return RawValue(place, key, folder, entries)
    if isinstance(content, list):
        items = tuple(raw_value(each, place, f"{key}[{index}]", folder) for index, each in enumerate(content))
        return RawValue(place, key, folder, items)
    if isinstance(content, bool):
        return RawValue(place, key, folder, str(content).lower())
    return RawValue(place, key, folder, None if content is None else str(content))


def plain(given: RawValue) -> Any:
    """Return a raw value as JSON has it: texts, lists and objects."""
    if isinstance(given.content, Mapping):
        return {name: plain(each) for name, each in given.content.items()}
    return [plain(each) for each in given.content] if isinstance(given.content, tuple) else given.content


@dataclass
class Problems:
    """Everything found wrong so far, so that one run tells all of it."""

    texts: list[str] = field(default_factory=list)

    def add(self, given: RawValue, text: str) -> None:
        """Note what is wrong with something given."""
        self.add_at(given.place, given.key, text)

    def add_at(self, place: str, key: str, text: str) -> None:
        """Note what is wrong at a place, with a key where the place does not tell it."""
        line = ": ".join(part for part in (place, key, text) if part)
        if line not in self.texts:
            self.texts.append(line)

    def raise_now(self) -> NoReturn:
        """Raise one SettingsError, one line a problem."""
        raise SettingsError("\n".join(sorted(self.texts, key=_line)))

    def raise_if_any(self) -> None:
        """Raise if anything was found wrong."""
        if self.texts:
            self.raise_now()


def _line(text: str) -> tuple[bool, int]:
    """The order to read problems in: down the file, then whatever stands elsewhere, as it was found."""
    found = re.match(r"[^:]* line ([0-9]+): ", text)
    return (False, int(found[1])) if found else (True, 0)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, None if none comes near."""
    candidates = list(known)
    plain = word.strip().lower().replace("-", "_")
    if plain in candidates:
        return plain
    found = difflib.get_close_matches(plain, candidates, n=1, cutoff=0.75)
    return found[0] if found else None


def unknown(what: str, word: str, known: Iterable[str]) -> str:
    """Say that a word is unknown, what was probably meant, and what is allowed."""
    allowed = list(known)
    meant = nearest(word, allowed)
    guess = f"; did you mean {meant!r}?" if meant else "."
    return f"unknown {what}{guess}  Allowed here: {', '.join(allowed)}"
