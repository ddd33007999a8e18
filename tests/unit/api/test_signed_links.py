import json

import pytest

from s1ecs.api.signed_links import without_signatures

BUCKET = "https://bucket.example.com/a/b.zip"


@pytest.mark.parametrize(
    "query",
    [
        "?X-Amz-Expires=3600&X-Amz-Signature=hush",
        "?Expires=1&Signature=hush~_-%2B&Key-Pair-Id=K",
        "?sv=2024&sig=hush%3D",
        "?x-goog-signature=hush",
        "?signature=hush#part",
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
