"""A finished file of the archive while documents are removed from the store for it."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from s1ecs.whole_files import sync_folder


@dataclass(frozen=True)
class FlushedFile:
    """An open file whose content and name are flushed to disk."""

    path: Path
    content: BinaryIO

    def is_there(self) -> bool:
        """Return True if its path still names this very file."""
        with suppress(OSError):
            return os.path.samestat(self.path.stat(), os.fstat(self.content.fileno()))
        return False


def flushed_file(archive: Path, name: str) -> FlushedFile:
    """Open a file of the archive and flush it and its folders: a process that named it may have been killed before.

    The caller closes it. Raise OSError.
    """
    path = archive / name
    content = path.open("rb")
    try:
        os.fsync(content.fileno())
        for folder in path.parents:
            sync_folder(folder)
            if folder == archive:
                break
    except BaseException:
        content.close()
        raise
    return FlushedFile(path, content)
