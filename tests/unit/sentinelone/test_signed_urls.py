import json
import re
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s1ecs.sentinelone import signed_urls
from s1ecs.sentinelone.signed_urls import without_signatures

BUCKET = "https://bucket.example.com/a/b.zip"


@pytest.mark.parametrize(
    "query",
    [
        "?X-Amz-Expires=3600&X-Amz-Signature=hush",
        "?Expires=1&Signature=hush~_-%2B&Key-Pair-Id=K",
        "?sv=2024&sig=hush%3D",
        "?x-goog-signature=hush",
        "?signature=hush#part",
        "?X-AMZ-SIGNATURE=hush",
    ],
)
def test_signatures_go_and_the_rest_of_the_link_stays(query: str) -> None:
    """Of a pre-signed link the signature is gone, however the JSON is written; it is JSON still."""
    text = json.dumps({"id": "1", "data": {"link": BUCKET + query, "next": "x"}}).encode()
    for written in (text, text.replace(b"/", rb"\/"), text.replace(b"&", rb"\u0026").replace(b"=", rb"\u003d")):
        found = json.loads(without_signatures(written))
        assert found["data"]["link"].startswith(BUCKET + "?")
        assert "hush" not in found["data"]["link"]
        assert (found["id"], found["data"]["next"]) == ("1", "x")


@pytest.mark.parametrize(
    "text",
    ["tool.exe --sig=abc /signature=x", "/web/api/v2.1/uploads/1?signature=no-address", "https://a.example/?design=1"],
)
def test_what_is_no_signed_link_stays(text: str) -> None:
    """Command lines, relative paths and other parameters are data."""
    body = json.dumps({"data": [text, "X-Amz-Signature"]}).encode()
    assert without_signatures(body) == body


# What is masked, said place by place and slowly.
_SIGNATURE = re.compile(
    rb"(?i)((?:[?&]|\\u0026|\\u003f)(?:x-(?:amz|goog)-signature|signature|sig)(?:=|\\u003d))[^&\s\"<>\\]+"
)


def _slowly(body: bytes) -> bytes:
    def masked(found: re.Match[bytes]) -> bytes:
        before = found.string[max(0, found.start() - 8192) : found.start()]
        address = re.split(rb'[\s"<>]', before)[-1].replace(b"\\/", b"/").lower()
        return found[1] + b"***" if b"https://" in address or b"http://" in address else found[0]

    return _SIGNATURE.sub(masked, body)


PIECES = st.sampled_from(
    [
        *(
            b"https://a.example/b",
            rb"HTTP:\/\/a\/",
            b"http:/",
            b"https:",
            b"//",
            b"?sig=",
            b"&sig=",
            b"&Signature=x",
            b"?SIG=x",
        ),
        *(rb"\u0026sig\u003d", rb"\u003fx-amz-signature=", b"?X-Goog-Signature=a~_-%2B", b"&a=1", b"b", b"\\", b"%"),
        *(b" ", b'"', b"<", b">", b"&", b"?", b"=", b"ig=", b"hush", b"\n", b"\xff", "é".encode(), b"x" * 8190),
    ]
)


@settings(max_examples=500)
@given(pieces=st.lists(PIECES, max_size=60), slice_length=st.integers(1, 400))
def test_slices_mask_what_one_look_would(pieces: list[bytes], slice_length: int) -> None:
    """Wherever the slices end, the same signatures go as by looking back from each of them."""
    body = b"".join(pieces)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signed_urls, "_SLICE", slice_length)
        assert without_signatures(body) == _slowly(body)


@pytest.mark.parametrize("text", [b" ?sig=a", b"&sig=a", b"https://a?sig=a&", b"http:", rb"\u0026sig=a", b"https://a "])
@pytest.mark.parametrize("before", [b"", b"https://a.example/?x=1"])
def test_time_grows_as_the_text(before: bytes, text: bytes) -> None:
    """Masking a command line of a megabyte takes no longer for each of its letters than one of a tenth."""

    def seconds(length: int) -> float:
        body = b'{"cmd":"%s%s"}' % (before, text * (length // len(text)))
        began = thread_time()
        without_signatures(body)
        return thread_time() - began

    short = min(seconds(100_000) for _ in range(3))
    assert min(seconds(1_000_000) for _ in range(3)) < 40 * short + 0.1
