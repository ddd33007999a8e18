"""The manifest in a zip of fetched files: of each file that was asked for path, SHA-1, and why it is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from s1ecs.respond.files.member_names import safe_parts

MANIFEST = "manifest.json"

# A request names ten files at most.
LARGEST_MANIFEST = 5_000_000
_MOST_ENTRIES = 10_000


@dataclass(frozen=True)
class ManifestEntry:
    """A file that was asked for. `reason` is why it was not fetched, "" where it was."""

    path: str
    sha1: str
    reason: str


@dataclass(frozen=True)
class Manifest:
    """Manifest compared with the files that are there.

    `listed` None: there is none that could be read. `missing`: not fetched though the upload succeeded, or listed and
    not there. `different`: there, with another SHA-1 than the manifest's. `too_large`: it was not read.
    """

    listed: tuple[ManifestEntry, ...] | None = None
    missing: tuple[ManifestEntry, ...] = ()
    different: tuple[ManifestEntry, ...] = ()
    too_large: bool = False

    def problems(self) -> list[str]:
        """A sentence for each file that is not there, or not as it was."""
        large = f"{MANIFEST}: too large to be read; missing files cannot be detected"
        return [
            *((large,) if self.too_large else ()),
            *(f"{each.path}: not fetched: {each.reason}" for each in self.missing),
            *self.differences(),
        ]

    def differences(self) -> list[str]:
        """A sentence for each file that is there, but not as the agent noted it."""
        return [
            f"{each.path}: its SHA-1 differs from the one that the agent recorded ({each.sha1})"
            for each in self.different
        ]


def is_manifest(name: str) -> bool:
    """Return True if a member of this name is the manifest."""
    return safe_parts(name) == (MANIFEST,)


def manifest_of(text: bytes | None, sha1_by_name: Mapping[str, str]) -> Manifest:
    """The manifest, None where there is none, held against the members of its zip."""
    try:
        return compared(read_manifest(text or b""), sha1_by_name)
    except OverflowError:
        return Manifest(too_large=True)


def read_manifest(text: bytes) -> tuple[ManifestEntry, ...] | None:
    """The entries of a manifest; None where it is none. Raise OverflowError for more than any request can bring."""
    if len(text) > LARGEST_MANIFEST:
        raise OverflowError
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(content, list):
        return None
    if len(content) > _MOST_ENTRIES:
        raise OverflowError
    return tuple(
        ManifestEntry(_text(entry.get("path")), _text(entry.get("sha1")).lower(), _text(entry.get("reason")))
        for entry in content
        if isinstance(entry, dict)
    )


def compared(listed: Sequence[ManifestEntry] | None, sha1_by_name: Mapping[str, str]) -> Manifest:
    """The manifest held against the members of its zip."""
    if listed is None:
        return Manifest()
    there = {safe_parts(name): sha1 for name, sha1 in sha1_by_name.items()}
    missing, different = [], []
    for each in listed:
        sha1 = there.get(safe_parts(each.path))
        if each.reason:
            missing.append(each)
        elif sha1 is None:
            missing.append(ManifestEntry(each.path, each.sha1, "it is listed, but missing from the ZIP"))
        elif each.sha1 and each.sha1 != sha1:
            different.append(each)
    return Manifest(tuple(listed), tuple(missing), tuple(different))


def _text(value: Any) -> str:
    return "" if value is None else str(value)
