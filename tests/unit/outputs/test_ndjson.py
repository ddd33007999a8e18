"""Lines packed into frames."""

import io

import pytest
import zstandard

from s1ecs.outputs.files.ndjson import packer


def unpacked(compression: str, frame: bytes) -> bytes:
    """Return the lines of a frame."""
    if compression == "none":
        return frame
    with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(frame), read_across_frames=True) as stream:
        return stream.read()


@pytest.mark.parametrize("compression", ["none", "zstd"])
def test_batches_packed_beside_each_other_keep_their_lines(compression: str) -> None:
    """Batches of several streams that take turns, a line at a time, have their own lines each, none lost or mixed."""
    batches = [[f'{{"_id":"{stream}{number}"}}\n'.encode() for number in range(5)] for stream in "abc"]
    pack = packer(compression)
    frames: list[bytes] = []

    def to_the_end(place: int) -> None:
        try:
            while True:
                next(works[place])
        except StopIteration as end:
            frames.append(end.value)

    works = [pack.in_slices(batch) for batch in batches]
    # Each has begun its frame and put some lines in when the next begins.
    for _turn in range(7 if compression == "zstd" else 5):
        for work in works:
            next(work)
    for place in range(len(works)):
        to_the_end(place)
    assert [unpacked(compression, frame) for frame in frames] == [b"".join(batch) for batch in batches]
