"""A first look at a zip that a host made, by its directory alone: what is in it, and whether a password is its own."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

from s1ecs.errors import ArchiveError
from s1ecs.respond.files.archive import LIMITS
from s1ecs.respond.files.manifest import is_manifest
from s1ecs.respond.files.member_count import check_directory

_ENCRYPTED = 0x1
_STRONGLY_ENCRYPTED = 0x40
_AES = 99
# Each tells a wrong password with a chance of 255 in 256.
_TRIED = 20


@dataclass(frozen=True)
class Encryption:
    """Encryption of a zip: the number of its files, and the names of those readable without a password."""

    files: int
    open: tuple[str, ...]

    @property
    def word(self) -> str:
        """Encrypted share: all, some, none."""
        return "all" if not self.open else "some" if len(self.open) < self.files else "none"


def encryption_of(archive: Path) -> Encryption | None:
    """Read the encryption of a zip; the manifest counts if there is nothing else. None if nothing tells."""
    try:
        with _opened(archive) as opened:
            infos = [info for info in opened.infolist() if not info.is_dir()]
    except (ArchiveError, zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    infos = [info for info in infos if not is_manifest(info.orig_filename)] or infos
    plain = tuple(info.orig_filename for info in infos if not (info.flag_bits & _ENCRYPTED or _is_sealed(info)))
    return Encryption(len(infos), plain) if infos else None


def names_in(archive: Path) -> list[str] | None:
    """The names of the files in the directory of a zip, but for the manifest; None where it can't be read."""
    try:
        with _opened(archive) as opened:
            infos = [info for info in opened.infolist() if not info.is_dir()]
            return [info.orig_filename for info in infos if not is_manifest(info.orig_filename)]
    except (ArchiveError, zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None


def is_refused(archive: Path, password: str) -> bool:
    """Return True if the password is surely not that of the zip; False also for an unreadable zip."""
    try:
        with _opened(archive) as opened:
            encrypted = [info for info in opened.infolist() if info.flag_bits & _ENCRYPTED and not _is_sealed(info)]
            return any(_is_refused(opened, info, password) for info in encrypted[:_TRIED])
    except (ArchiveError, zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def sealed_names(archive: Path) -> list[str] | None:
    """The names of the files of a zip whose encryption is not read here (AES); None for any other zip."""
    try:
        with _opened(archive) as opened:
            infos = [info for info in opened.infolist() if not info.is_dir()]
            return names_in(archive) if any(map(_is_sealed, infos)) else None
    except (ArchiveError, zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None


def _opened(archive: Path) -> zipfile.ZipFile:
    check_directory(archive, LIMITS.members, "the ZIP is kept")
    return zipfile.ZipFile(archive)


def _is_sealed(info: zipfile.ZipInfo) -> bool:
    return info.compress_type == _AES or bool(info.flag_bits & _STRONGLY_ENCRYPTED)


def _is_refused(opened: zipfile.ZipFile, info: zipfile.ZipInfo, password: str) -> bool:
    try:
        opened.open(info, pwd=password.encode()).close()
    except NotImplementedError:
        return False
    except RuntimeError:
        return True
    except zipfile.BadZipFile:
        return False
    return False
