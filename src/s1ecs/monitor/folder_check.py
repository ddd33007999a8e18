"""Check of a folder that s1ecs writes to: can it be made and written, and is there space on its disk."""

import errno
import os
from pathlib import Path
from typing import NamedTuple

from s1ecs.monitor.check_result import CheckLevel
from s1ecs.read_only_file_system import CURE, write_unnamed

# Less than SQLite needs to go on; and less than a busy console brings in some days.
_FAIL_BELOW = 50_000_000
_WARN_BELOW = 1_000_000_000
_FULL = (errno.ENOSPC, errno.EDQUOT)
# What says that files without a name are unknown here.
_UNSUPPORTED = (errno.EISDIR, errno.EOPNOTSUPP, errno.EINVAL)


class FolderFinding(NamedTuple):
    """Problem of a folder, and its cure."""

    level: CheckLevel
    text: str
    cure: str


def folder_finding(folder: Path) -> FolderFinding | None:
    """Find what keeps s1ecs from writing into a folder, or soon will; None if nothing does.

    It is tried with a file that never gets a name; a folder that does not exist is not made.
    """
    try:
        there = nearest(folder)
        if not there.is_dir():
            return FolderFinding(
                "failed", f"{there} is not a directory", "move it away, or choose another directory in the settings"
            )
        problem = _trying(there)
    except OSError as error:
        there, problem = folder, error
    return _spoken(folder, there, problem) if problem is not None else judge_space(there, *_space(there))


def nearest(path: Path) -> Path:
    """Return the path itself if it exists, else the nearest one above it that does; raise OSError."""
    absolute = path.absolute()
    for each in (absolute, *absolute.parents):
        try:
            each.lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        return each
    return Path("/")


def judge_space(folder: Path, free: int, inodes: int) -> FolderFinding | None:
    """Judge the free bytes and inodes of a disk; -1 inodes means that they are not limited."""
    cure = "free some space, or move the directory to another disk"
    if inodes == 0:
        return FolderFinding("failed", f"no inodes left on the disk of {folder}", cure)
    if free >= _WARN_BELOW:
        return None
    return FolderFinding(
        "failed" if free < _FAIL_BELOW else "warning", f"{free / 1e6:.0f} MB left on the disk of {folder}", cure
    )


def free_text(folder: Path) -> str:
    """Tell the free space of the disk of a folder."""
    free, _ = _space(nearest(folder))
    return f"{free / 1e9:.1f} GB free"


def _space(folder: Path) -> tuple[int, int]:
    found = os.statvfs(folder)
    if not found.f_blocks:
        # A file system that has no disk, such as a network's.
        return _WARN_BELOW, -1
    return found.f_bavail * found.f_frsize, found.f_favail if found.f_files else -1


def _trying(folder: Path) -> OSError | None:
    try:
        write_unnamed(folder, b"s1ecs")
    except OSError as error:
        return None if error.errno in _UNSUPPORTED and os.access(folder, os.W_OK | os.X_OK) else error
    return None


def _spoken(folder: Path, there: Path, problem: OSError) -> FolderFinding:
    if problem.errno == errno.EROFS:
        return FolderFinding("failed", f"{folder} can't be written", CURE)
    if problem.errno in _FULL:
        cure = "free some space, or move the directory to another disk"
        return FolderFinding("failed", f"no space left on the disk of {folder}", cure)
    what = "written" if folder.absolute() == there else "created"
    cure = f"give the user of s1ecs (uid {os.geteuid()}) write access to {there}"
    return FolderFinding("failed", f"{folder} can't be {what} ({problem.strerror})", cure)
