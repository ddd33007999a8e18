"""Documents as lines: NDJSON with the id first, as it is or as one zstd frame a batch."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from s1ecs.errors import UsageError
from s1ecs.records import dumps

Pack = Callable[[bytes], bytes]


def lines(documents: Sequence[tuple[str, Mapping[str, Any]]]) -> bytes:
    """One line a document: its `_id`, then its fields."""
    return b"".join(dumps({"_id": identity, **document}) + b"\n" for identity, document in documents)


def packer(compression: str) -> Pack:
    """What makes bytes for a file from lines, by the compression's name (none, zstd); raise UsageError."""
    if compression == "none":
        return bytes
    try:
        import zstandard
    except ImportError:
        raise UsageError(
            "outputs: compression zstd: zstandard is missing; install it with: pip install 's1ecs[zstd]'"
        ) from None
    return zstandard.ZstdCompressor(write_checksum=True).compress
