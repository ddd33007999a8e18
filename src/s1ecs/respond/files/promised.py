"""Promised files compared with the ones that arrived: an action that brings fewer is not done."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from s1ecs.counted import named
from s1ecs.respond.audit.journal import Entry
from s1ecs.respond.files.member_names import safe_parts

MOST_NAMED = 5


@dataclass(frozen=True)
class Inside:
    """A file of a zip: its name there; its size and its SHA-1, None where it was not opened."""

    name: str
    size: int | None = None
    sha1: str | None = None


@dataclass(frozen=True)
class Promised:
    """Files announced by the request and by the console's report of the upload.

    `paths` are those asked for, none where the console chose the file; `sha1` and `size` are of a single file, "" and
    None where nobody told them.
    """

    paths: tuple[str, ...] = ()
    sha1: str = ""
    size: int | None = None

    @property
    def files(self) -> int:
        """Number of requested files; the file of a threat is one."""
        return len(self.paths) or 1

    def broken(self, inside: Sequence[Inside], missing: Iterable[str] = ()) -> list[str]:
        """A sentence for each promise that was not kept; of the paths in `missing` the manifest says so itself."""
        there = Counter(_last(each.name) for each in inside)
        told = set(missing)
        sentences = []
        for path in self.paths:
            if there[_last(path)]:
                there[_last(path)] -= 1
            elif path not in told:
                sentences.append(f"{path}: the ZIP contains no file with this name")
        return [*sentences, *self._of_one(inside)]

    def unasked(self, inside: Sequence[Inside]) -> list[str]:
        """A sentence about files that nobody asked for, where there are any."""
        if not self.paths:
            return []
        asked = Counter(map(_last, self.paths))
        more = [each.name for each in inside if not _taken(asked, _last(each.name))]
        if not more:
            return []
        return [f"in the ZIP, but not requested: {named(more, MOST_NAMED)}"]

    def _of_one(self, inside: Sequence[Inside]) -> list[str]:
        if len(inside) != 1:
            return []
        [file] = inside
        found = []
        if self.size is not None and file.size is not None and file.size != self.size:
            found.append(f"{file.name}: it has {file.size} bytes, but the console reports {self.size}")
        if self.sha1 and file.sha1 and file.sha1.lower() != self.sha1.lower():
            found.append(f"{file.name}: its SHA-1 is {file.sha1}, but the console reports {self.sha1}")
        return found


def promised_of(entry: Entry, file: Mapping[str, str]) -> Promised:
    """Collect what the requests of an action and the console's report of the upload promised."""
    size = file.get("size", "")
    return Promised(_paths(entry), file.get("sha1", ""), int(size) if size.isdecimal() else None)


def _paths(entry: Entry) -> tuple[str, ...]:
    for request in entry.requests:
        body = request.get("body")
        data = body.get("data") if isinstance(body, Mapping) else None
        files = data.get("files") if isinstance(data, Mapping) else None
        if isinstance(files, list):
            return tuple(map(str, files))
    return ()


def _last(path: str) -> str:
    """The last step of a path: how an agent writes the steps before it differs, as do capital letters on Windows."""
    parts = safe_parts(path)
    return parts[-1].casefold() if parts else ""


def _taken(asked: Counter[str], name: str) -> bool:
    if not asked[name]:
        return False
    asked[name] -= 1
    return True
