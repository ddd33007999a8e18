"""Names of a zip's members as paths below a folder, or the reason why there is none."""

import stat
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from s1ecs.errors import ArchiveError

_LONGEST_STEP = 255
_LONGEST_PATH = 1024
_LONGEST_SHOWN = 80


@dataclass(frozen=True)
class Name:
    """Where a member goes: the steps below the target folder, and whether it is a folder itself."""

    parts: tuple[str, ...]
    is_folder: bool


def checked_names(archive: Path, members: Sequence[tuple[str, int]]) -> list[Name]:
    """The names of members (as they stand in the zip, with the mode that they say they have).

    What begins at a root or a drive is put below the folder, as an agent names files by their whole path; a backslash
    separates like a slash. Raise ArchiveError for what climbs, is no plain file or folder, holds control characters,
    or lies where another member does, in whatever letter case.
    """
    names = []
    # Folded path -> whether a file lies there.
    taken: dict[tuple[str, ...], bool] = {}
    for text, mode in members:
        name = _name(archive, text, mode)
        folded = tuple(unicodedata.normalize("NFKC", part.casefold()) for part in name.parts)
        clash = any(taken.get(folded[:length]) for length in range(1, len(folded)))
        if clash or (folded in taken and (taken[folded] or not name.is_folder)):
            raise _refused(archive, text, "lies where another one does")
        for length in range(1, len(folded)):
            taken[folded[:length]] = False
        taken[folded] = not name.is_folder
        names.append(name)
    return names


def safe_parts(text: str) -> tuple[str, ...] | None:
    """The steps of a name below the target folder; None where it climbs or leads nowhere."""
    steps = [step for step in text.replace("\\", "/").split("/") if step not in {"", "."}]
    if steps and len(steps[0]) == len("C:") and steps[0][1] == ":":
        steps[0] = steps[0][0]
    return tuple(steps) if steps and ".." not in steps else None


def _name(archive: Path, text: str, mode: int) -> Name:
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
        raise _refused(archive, text, "has characters in its name that no file should have")
    kind = stat.S_IFMT(mode)
    is_folder = text.endswith(("/", "\\")) or kind == stat.S_IFDIR
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise _refused(archive, text, "is a link or a device")
    parts = safe_parts(text)
    if parts is None:
        raise _refused(archive, text, "leads out of the folder")
    lengths = [len(part.encode()) for part in parts]
    if max(lengths) > _LONGEST_STEP or sum(lengths) + len(lengths) > _LONGEST_PATH:
        raise _refused(archive, text, "has a name that is too long")
    return Name(parts, is_folder)


def _refused(archive: Path, text: str, why: str) -> ArchiveError:
    shown = ascii(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}...")
    return ArchiveError(f"{archive}: its member {shown} {why}; nothing was unpacked, the zip itself is kept")
