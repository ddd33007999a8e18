"""Zips encrypted as consoles send them (the cipher of PKWARE), which Python's library reads but does not write."""

import hashlib
import io
import zipfile
import zlib
from collections.abc import Mapping

_TABLE = []
for _number in range(256):
    _value = _number
    for _ in range(8):
        _value = (_value >> 1) ^ 0xEDB88320 if _value & 1 else _value >> 1
    _TABLE.append(_value)


class _Cipher:
    def __init__(self, password: bytes) -> None:
        self._keys = [0x12345678, 0x23456789, 0x34567890]
        for byte in password:
            self._update(byte)

    def encrypt(self, data: bytes) -> bytes:
        out = bytearray()
        for byte in data:
            mixed = self._keys[2] | 2
            out.append(byte ^ (((mixed * (mixed ^ 1)) >> 8) & 0xFF))
            self._update(byte)
        return bytes(out)

    def _update(self, byte: int) -> None:
        keys = self._keys
        keys[0] = (keys[0] >> 8) ^ _TABLE[(keys[0] ^ byte) & 0xFF]
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = (keys[2] >> 8) ^ _TABLE[(keys[2] ^ (keys[1] >> 24)) & 0xFF]


def encrypted_zip(members: Mapping[str, bytes], password: str) -> bytes:
    """A zip of these members, stored, each encrypted with the password."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in members.items():
            check = zlib.crc32(content)
            # Each member has bytes of its own before the check byte, or a wrong password that fits one fits all.
            salt = hashlib.sha256(name.encode()).digest()[:11]
            data = _Cipher(password.encode()).encrypt(salt + bytes([check >> 24]) + content)
            info = zipfile.ZipInfo(name)
            archive.writestr(info, data)
            # What the directory says of it, and the header before it: encrypted, and the sizes and sum of its content.
            info.flag_bits |= 1
            info.CRC = check
            info.file_size = len(content)
            place = made.tell()
            made.seek(info.header_offset)
            made.write(info.FileHeader())
            made.seek(place)
    return made.getvalue()
