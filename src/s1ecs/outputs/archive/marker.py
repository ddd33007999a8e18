"""Marker of an archive: a file that tells the archive from the empty mount point below it."""

import os
from pathlib import Path

from s1ecs.errors import StateError
from s1ecs.permissions import private_file, private_folder
from s1ecs.whole_files import sync_folder

MARKER = ".s1ecs-archive"


def require_marker(folder: Path) -> None:
    """Raise StateError if a folder, which was an archive before, is none now."""
    if not (folder / MARKER).is_file():
        raise StateError(
            f"{folder}: not the archive that was used before: {MARKER} is missing; mount it or correct the setting "
            f"archive. If it is the right directory, create an empty file {MARKER} in it"
        )


def make_archive(folder: Path) -> None:
    """Make an archive, flushed to disk with the folders above it; raise OSError."""
    private_folder(folder)
    os.close(private_file(folder / MARKER, os.O_WRONLY))
    for each in (folder, *folder.absolute().parents):
        try:
            sync_folder(each)
        except PermissionError:
            break  # a folder that is another user's, and was there before
        if os.path.ismount(each):
            break
