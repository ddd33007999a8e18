"""Zips of files that were fetched from hosts, unpacked as what they are: made by whoever rules the host.

Nothing in them is believed: neither names nor sizes, nor that the directory at their end describes what stands before
it. What is written counts, and only names that stay below the target folder are written.
"""

import hashlib
import io
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from s1ecs.errors import ArchiveError, WrongPassword
from s1ecs.open_files import at_limit
from s1ecs.permissions import make_folder
from s1ecs.respond.files.manifest import LARGEST_MANIFEST, Manifest, is_manifest, manifest_of
from s1ecs.respond.files.member_count import check_directory
from s1ecs.respond.files.member_names import checked_names, safe_parts
from s1ecs.respond.files.unfinished import Noted, not_noted

_ENCRYPTED = 0x1
_STRONGLY_ENCRYPTED = 0x40
_AES = 99
# Others unpack a few hundred bytes to as many megabytes in one step, whatever is asked of them.
_READ_PIECEWISE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_PIECE = 1 << 18
# Of something so small no ratio is alarming.
_HARMLESS = 10_000_000
_KEPT = "the ZIP is kept"


@dataclass(frozen=True)
class ArchiveLimits:
    """Limits of a zip: members, unpacked bytes, and their ratio to its own size."""

    members: int = 10_000
    total: int = 4_000_000_000
    ratio: int = 250


LIMITS = ArchiveLimits()


@dataclass(frozen=True)
class ArchiveMember:
    """A file of a zip: its name there, where it lies now, its size in bytes, its SHA-1."""

    name: str
    path: Path
    size: int
    sha1: str


@dataclass(frozen=True)
class Extracted:
    """Extracted files of a zip without the manifest, and what the manifest says about them.

    `renamed` are sentences about files that could not keep their names.
    """

    folder: Path
    members: tuple[ArchiveMember, ...]
    manifest: Manifest
    renamed: tuple[str, ...] = ()

    def problems(self) -> list[str]:
        """A sentence for each file that is not there, not as it was, or not under its name."""
        return [*self.manifest.problems(), *self.renamed]


def extract(
    archive: Path,
    folder: Path,
    *,
    password: str | None = None,
    limits: ArchiveLimits = LIMITS,
    noted: Noted = not_noted,
) -> Extracted:
    """Unpack a zip into `folder`, which must not be there: all of it or nothing.

    `noted` holds a note of what is unfinished.

    Files get mode 0600, whatever they had. Raise WrongPassword, or ArchiveError for what is damaged, hostile or beyond
    the limits. It blocks, for long where much is encrypted.
    """
    if folder.is_symlink() or folder.exists():
        raise ArchiveError(f"{folder}: already exists; move it away or choose another directory; {_KEPT}")
    with _explained(archive):
        make_folder(folder.parent)
        beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        with noted(beside), _removed_if_broken(beside):
            members, renamed = [], []
            manifest: bytes | None = None
            for name, parts, pieces in _members(archive, password, limits):
                path = beside.joinpath(*parts)
                make_folder(path.parent)
                size, digest = _write(path, pieces)
                if is_manifest(name):
                    with path.open("rb") as file:
                        manifest = file.read(LARGEST_MANIFEST + 1)
                    continue
                members.append(ArchiveMember(name, folder.joinpath(*parts), size, digest))
                if parts != safe_parts(name):
                    renamed.append(f"{name}: the name cannot be used here; unpacked as {'/'.join(parts)}")
            beside.rename(folder)
    told = manifest_of(manifest, {member.name: member.sha1 for member in members})
    return Extracted(folder, tuple(members), told, tuple(renamed))


def read_members(archive: Path, *, password: str | None = None, limits: ArchiveLimits = LIMITS) -> Mapping[str, bytes]:
    """The files of a zip by their names in it, read into memory under the same rules as `extract`."""
    with _explained(archive):
        return {name: b"".join(pieces) for name, _, pieces in _members(archive, password, limits)}


def _members(
    archive: Path, password: str | None, limits: ArchiveLimits
) -> Iterator[tuple[str, tuple[str, ...], Iterator[bytes]]]:
    """Each file of a zip: its name, the steps of its safe path, its bytes, to be read before the next one."""
    allowed = min(limits.total, max(limits.ratio * archive.stat().st_size, _HARMLESS))
    check_directory(archive, limits.members, _KEPT)
    with zipfile.ZipFile(archive) as opened:
        infos = opened.infolist()
        names = checked_names(archive, [(info.orig_filename, info.external_attr >> 16) for info in infos])
        written = 0
        for info, name in zip(infos, names, strict=True):
            if name.is_folder:
                continue
            _check_readable(archive, info, password)

            def pieces(info: zipfile.ZipInfo = info) -> Iterator[bytes]:
                nonlocal written
                with opened.open(info, pwd=None if password is None else password.encode()) as file:
                    while piece := file.read(_PIECE):
                        written += len(piece)
                        if written > allowed:
                            raise ArchiveError(
                                f"{archive}: unpacks to more than {allowed / 1e6:g} MB, which is suspicious for its "
                                f"size; {_KEPT}"
                            )
                        yield piece

            yield info.orig_filename, name.parts, pieces()


def _check_readable(archive: Path, info: zipfile.ZipInfo, password: str | None) -> None:
    if info.compress_type == _AES or info.flag_bits & _STRONGLY_ENCRYPTED:
        raise ArchiveError(
            f"{archive}: AES encryption is not supported; {_KEPT}, unpack it with `7z x` and its password"
        )
    if info.compress_type not in _READ_PIECEWISE:
        how = zipfile.compressor_names.get(info.compress_type, info.compress_type)  # type: ignore[attr-defined]
        raise ArchiveError(f"{archive}: its compression method is not supported ({how}); {_KEPT}")
    if info.flag_bits & _ENCRYPTED and password is None:
        raise WrongPassword(
            f"{archive}: its files are encrypted although no password was requested; {_KEPT}, its password is in "
            "the settings of the console's scope"
        )


def _write(path: Path, pieces: Iterator[bytes]) -> tuple[int, str]:
    digest = hashlib.sha1(usedforsecurity=False)
    size = 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with io.FileIO(descriptor, "w") as file:
        for piece in pieces:
            digest.update(piece)
            size += len(piece)
            file.write(piece)
    return size, digest.hexdigest()


@contextmanager
def _removed_if_broken(folder: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def _explained(archive: Path) -> Iterator[None]:
    """Turn what reading raises into an ArchiveError."""
    try:
        yield
    except OSError as error:
        raise ArchiveError(
            f"{archive}: cannot be unpacked ({at_limit(error) or error.strerror or error}); {_KEPT}"
        ) from None
    except RuntimeError as error:
        # NotImplementedError is one, too: a way of compressing that Python lacks.
        if isinstance(error, NotImplementedError):
            raise ArchiveError(f"{archive}: {error}; {_KEPT}, try `7z x`") from None
        raise WrongPassword(f"{archive}: the password does not open it; {_KEPT}") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OverflowError, MemoryError) as error:
        what = " ".join(str(error).split())[:200].encode("ascii", "backslashreplace").decode()
        raise ArchiveError(f"{archive}: damaged, or its password is wrong ({what}); {_KEPT}") from None
