"""Number of members of a zip by the directory at its end, counted before any is read."""

import struct
import zipfile
from pathlib import Path

from s1ecs.errors import ArchiveError

# An entry with the longest path that is unpacked, and what else usually stands in it.
_LARGEST_ENTRY = 1200
_FIXED = 46
_LENGTHS = struct.Struct("<HHH")
_LENGTHS_AT = 28
_SIGNATURE = b"PK\x01\x02"

# Places in what `_EndRecData` gives.
_END_SIGNATURE, _END_SIZE, _END_LOCATION = 0, 5, 9
_ZIP64_END = b"PK\x06\x06"
_ZIP64_ENDS_SIZE = 56 + 20


def check_directory(archive: Path, members: int, kept: str) -> None:
    """Raise ArchiveError for a directory of more members than these, or one that is too large for so many.

    `kept` ends the text. What is no zip at all is left to whoever opens it.
    """
    with archive.open("rb") as file:
        # The reader of zips itself, so that no other directory is looked at than the one it will read, ZIP64 or not.
        end = zipfile._EndRecData(file)  # type: ignore[attr-defined]  # noqa: SLF001 - the same
        if not end:
            return
        size = end[_END_SIZE]
        if size > members * _LARGEST_ENTRY:
            raise ArchiveError(f"{archive}: its central directory has {size / 1e6:g} MB; {kept}")
        start = end[_END_LOCATION] - size - (_ZIP64_ENDS_SIZE if end[_END_SIGNATURE] == _ZIP64_END else 0)
        if start < 0:
            return
        file.seek(start)
        found = _count(file.read(size))
    if found > members:
        raise ArchiveError(f"{archive}: {found} members, more than the {members} allowed; {kept}")


def _count(directory: bytes) -> int:
    found = at = 0
    while directory.startswith(_SIGNATURE, at) and at + _FIXED <= len(directory):
        at += _FIXED + sum(_LENGTHS.unpack_from(directory, at + _LENGTHS_AT))
        found += 1
    return found
