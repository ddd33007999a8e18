"""Names of a zip's members as paths below a folder, or the reason why there is none."""

import stat
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from s1ecs.errors import ArchiveError

_LONGEST_STEP = 255
_LONGEST_PATH = 1024
_LONGEST_SHOWN = 80
# They turn the letters around them, so that a name reads as another one.
_TURNING = dict.fromkeys(map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"), "_")


@dataclass(frozen=True)
class MemberPath:
    """Path of a member: the parts below the target folder, and whether it is a folder itself."""

    parts: tuple[str, ...]
    is_folder: bool


def checked_names(archive: Path, members: Sequence[tuple[str, int]]) -> list[MemberPath]:
    """The names of members (as they stand in the zip, with the mode that they say they have).

    What begins at a root or a drive is put below the folder, as an agent names files by their whole path; a backslash
    separates like a slash. A file whose name differs from another's by letter case or writing alone gets a number, and
    characters that turn the direction of writing become `_`.

    Raise ArchiveError for what climbs, is no plain file or folder, holds control characters, or lies where another
    member does.
    """
    names = []
    # Folded path -> the path of the file that lies there, None for a folder.
    taken: dict[tuple[str, ...], tuple[str, ...] | None] = {}
    numbers: dict[tuple[str, ...], int] = {}
    for text, mode in members:
        name = _name(archive, text, mode)
        folded = _folded(name.parts)
        below_a_file = any(taken.get(folded[:length]) for length in range(1, len(folded)))
        there = taken.get(folded)
        again = folded in taken and not (name.is_folder and there is None)
        if below_a_file or (again and (name.is_folder or there in {None, safe_parts(text)})):
            raise _refused(archive, text, "has the same path as another one")
        while again and folded in taken:
            numbers[_folded(name.parts)] = number = numbers.get(_folded(name.parts), 1) + 1
            parts = _numbered(name.parts, number)
            folded = _folded(parts)
            if folded not in taken:
                name = MemberPath(parts, is_folder=False)
        _check_lengths(archive, text, name.parts)
        for length in range(1, len(folded)):
            taken[folded[:length]] = None
        taken[folded] = None if name.is_folder else safe_parts(text)
        names.append(name)
    return names


def safe_parts(text: str) -> tuple[str, ...] | None:
    """The steps of a name below the target folder; None where it climbs or leads nowhere."""
    steps = [step for step in text.replace("\\", "/").split("/") if step not in {"", "."}]
    if steps and len(steps[0]) == len("C:") and steps[0][1] == ":":
        steps[0] = steps[0][0]
    return tuple(steps) if steps and ".." not in steps else None


def _name(archive: Path, text: str, mode: int) -> MemberPath:
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
        raise _refused(archive, text, "has invalid characters in its name")
    kind = stat.S_IFMT(mode)
    is_folder = text.endswith(("/", "\\")) or kind == stat.S_IFDIR
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise _refused(archive, text, "is a link or a device")
    parts = safe_parts(text)
    if parts is None:
        raise _refused(archive, text, "points outside the directory")
    return MemberPath(tuple(part.translate(_TURNING) for part in parts), is_folder)


def _check_lengths(archive: Path, text: str, parts: tuple[str, ...]) -> None:
    lengths = [len(part.encode()) for part in parts]
    if max(lengths) > _LONGEST_STEP or sum(lengths) + len(lengths) > _LONGEST_PATH:
        raise _refused(archive, text, "has a name that is too long")


def _folded(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Fold a path to the form in which file systems may take two for the same."""
    return tuple(unicodedata.normalize("NFKC", part.casefold()).casefold() for part in parts)


def _numbered(parts: tuple[str, ...], number: int) -> tuple[str, ...]:
    last = PurePosixPath(parts[-1])
    return (*parts[:-1], f"{last.stem} ({number}){last.suffix}")


def _refused(archive: Path, text: str, why: str) -> ArchiveError:
    shown = ascii(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}...")
    return ArchiveError(f"{archive}: its member {shown} {why}; nothing was unpacked, the ZIP is kept")
