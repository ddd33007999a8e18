"""Zip archives as agents send them, encrypted by the old way that every reader knows (PKWARE's APPNOTE, 6.1).

Python's zipfile reads that encryption, but does not write it.
"""

import struct
import zlib
from collections.abc import Sequence
from typing import NamedTuple

_DEFLATED = 8
_ENCRYPTED, _UTF_8 = 1, 1 << 11
_MADE_ON_UNIX = (3 << 8) | 20
_VERSION = 20
# The first of January 1980, midnight: zips know nothing earlier.
_DATE, _TIME = 33, 0
_FILE = 0o100644
SYMLINK = 0o120777
_KEYS = (0x12345678, 0x23456789, 0x34567890)
# Ciphers usually begin with random bytes. These archives are the same for the same contents.
_SALT = b"standin-zip"
_LOW = 0xFFFFFFFF


class Member(NamedTuple):
    """A file of an archive; `mode` is what Unix knows of it."""

    name: str
    content: bytes
    mode: int = _FILE


def archive(members: Sequence[Member], password: str | None = None, *, plain: int = 0) -> bytes:
    """Return the archive of those members, encrypted if there is a password, but for the first `plain` ones."""
    body, directory = bytearray(), bytearray()
    for number, member in enumerate(members):
        name = member.name.encode()
        checksum = zlib.crc32(member.content)
        deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = deflate.compress(member.content) + deflate.flush()
        flags = _UTF_8
        if password is not None and number >= plain:
            flags |= _ENCRYPTED
            packed = _encrypted(password.encode(), _SALT + bytes((checksum >> 24,)) + packed)
        sizes = (checksum, len(packed), len(member.content))
        head = struct.pack("<HHHHHLLLHH", _VERSION, flags, _DEFLATED, _TIME, _DATE, *sizes, len(name), 0)
        directory += struct.pack("<4sH", b"PK\1\2", _MADE_ON_UNIX) + head
        directory += struct.pack("<HHHLL", 0, 0, 0, member.mode << 16, len(body)) + name
        body += b"PK\3\4" + head + name + packed
    count = len(members)
    end = struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, count, count, len(directory), len(body), 0)
    return bytes(body + directory) + end


def _encrypted(password: bytes, plain: bytes) -> bytes:
    keys = _KEYS
    for byte in password:
        keys = _next(keys, byte)
    cipher = bytearray()
    for byte in plain:
        mixed = (keys[2] | 2) & 0xFFFF
        cipher.append(byte ^ (mixed * (mixed ^ 1) >> 8 & 0xFF))
        keys = _next(keys, byte)
    return bytes(cipher)


def _next(keys: tuple[int, int, int], byte: int) -> tuple[int, int, int]:
    first = _crc(keys[0], byte)
    second = ((keys[1] + (first & 0xFF)) * 134775813 + 1) & _LOW
    return first, second, _crc(keys[2], second >> 24)


def _crc(value: int, byte: int) -> int:
    """One step of CRC-32, without what zlib does before and after."""
    return zlib.crc32(bytes((byte,)), value ^ _LOW) ^ _LOW
