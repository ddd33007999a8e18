"""Documents as lines: NDJSON with the id first, as it is or as one zstd frame a batch."""

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from s1ecs.extras import importing
from s1ecs.records import dumps, dumps_line


class Compression(Protocol):
    """Compressor of one frame, piece by piece."""

    def compress(self, data: bytes) -> bytes:
        """Take a piece; give what of the frame is ready."""

    def flush(self) -> bytes:
        """Give the rest."""


@dataclass(frozen=True)
class Packer:
    """Makes bytes for a file from lines; `begin` begins a frame of so many bytes, None where lines stay as they are."""

    begin: Callable[[int], Compression] | None

    def in_slices(self, lines: Iterable[bytes]) -> Generator[None, None, bytes]:
        """Pack a batch into one frame, a line at a time."""
        made = []
        for line in lines:
            made.append(line)
            yield
        if self.begin is None:
            return b"".join(made)
        frame = self.begin(sum(map(len, made)))
        parts = []
        for line in made:
            parts.append(frame.compress(line))
            yield
        return b"".join((*parts, frame.flush()))


def as_line(document: tuple[str, Mapping[str, Any]]) -> bytes:
    """The line of a document: its `_id`, then its fields."""
    identity, fields = document
    # Put together from texts: a document is not copied for the sake of one more field.
    line = dumps_line(fields)
    return b'{"_id":%b%b%b' % (dumps(identity), b"," if fields else b"", line[1:])


def packer(compression: str) -> Packer:
    """Return the packer of a compression (none, zstd); raise MissingExtra."""
    if compression == "none":
        return Packer(None)
    with importing("zstd"):
        import zstandard

    def begin(size: int) -> Compression:
        # A compressor of its own: frames of one compressor share its buffer, and batches are packed beside each other.
        return zstandard.ZstdCompressor(write_checksum=True).compressobj(size)

    return Packer(begin)
