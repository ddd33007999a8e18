"""Documents as lines: NDJSON with the id first, as it is or as one zstd frame a batch."""

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from s1ecs.extras import importing
from s1ecs.records import dumps


class Compression(Protocol):
    """Compressor of one frame, piece by piece."""

    def compress(self, data: bytes) -> bytes:
        """Take a piece; give what of the frame is ready."""

    def flush(self) -> bytes:
        """Give the rest."""


@dataclass(frozen=True)
class Packer:
    """Makes bytes for a file from lines; `begin` begins a frame of so many bytes."""

    begin: Callable[[int], Compression]

    def in_slices(self, lines: Iterable[bytes]) -> Generator[None, None, bytes]:
        """Pack a batch into one frame, a line at a time."""
        made = []
        for line in lines:
            made.append(line)
            yield
        frame = self.begin(sum(map(len, made)))
        parts = []
        for line in made:
            parts.append(frame.compress(line))
            yield
        return b"".join((*parts, frame.flush()))


class _AsItIs:
    def __init__(self, _size: int) -> None:
        pass

    def compress(self, data: bytes) -> bytes:
        return data

    def flush(self) -> bytes:
        return b""


def as_line(document: tuple[str, Mapping[str, Any]]) -> bytes:
    """The line of a document: its `_id`, then its fields."""
    identity, fields = document
    return dumps({"_id": identity, **fields}) + b"\n"


def packer(compression: str) -> Packer:
    """Return the packer of a compression (none, zstd); raise MissingExtra."""
    if compression == "none":
        return Packer(_AsItIs)
    with importing("zstd"):
        import zstandard

    def begin(size: int) -> Compression:
        # A compressor of its own: frames of one compressor share its buffer, and batches are packed beside each other.
        return zstandard.ZstdCompressor(write_checksum=True).compressobj(size)

    return Packer(begin)
