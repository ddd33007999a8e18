import json

import pytest

from s1ecs.records import dumps
from s1ecs.trace.masking import without_secrets

TOKEN = "eyJ-a-token/with+letters="
LINKS = (
    "https://bucket.s3.amazonaws.com/f.zip?X-Amz-Algorithm=A&X-Amz-Signature=0011223344",
    "https://blob.example/f?sv=2022&sig=abc%3D&se=2026",
    "https://storage.example/f?GoogleAccessId=me&Expires=1&Signature=abc%2B",
    "https://cdn.example/f?Policy=abc&Key-Pair-Id=K",
    "http://files.example/get?access_token=abc",
)


def shown(value: object, *secrets: str) -> str:
    """The line of a value, which must still be JSON."""
    line = without_secrets(dumps(value).decode(), secrets)
    json.loads(line)
    return line


@pytest.mark.parametrize("place", [{"body": TOKEN}, {"body": {"a": [f"Bearer {TOKEN}, again {TOKEN}"]}}, {TOKEN: 1}])
def test_secret_is_nowhere(place: object) -> None:
    """A secret goes from texts, from the middle of texts and from keys."""
    line = shown(place, TOKEN)
    assert TOKEN not in line
    assert "***" in line


def test_secret_in_a_link_goes_too() -> None:
    """A secret that was encoded for an address is the same secret."""
    assert "eyJ" not in shown({"next": "eyJ-a-token%2Fwith%2Bletters%3D"}, TOKEN)


def test_short_secret_goes_where_it_stands_alone() -> None:
    """A secret of a letter or two does not make a text of other words unreadable."""
    assert shown({"a": "x", "b": "an example"}, "x") == '{"a":"***","b":"an example"}'


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("around", ["{}", "see {} now", '{{"link":"{}"}}', "<a href='{}'>", "{}\nnext"])
def test_pre_signed_link_goes(link: str, around: str) -> None:
    """An absolute address with a signature goes, wherever it stands, in JSON inside a text as well."""
    line = shown({"text": around.format(link), "after": "kept"})
    assert "example" not in line
    assert "amazonaws" not in line
    assert "abc" not in line
    assert line.endswith('"after":"kept"}')


@pytest.mark.parametrize(
    "text",
    ["https://example.org/page?cursor=1&sortBy=id", "/agents/1/uploads/2?sig=none", "https://example.org", "a ? sig=b"],
)
def test_other_addresses_stay(text: str) -> None:
    """An address without a signature stays, and so does the relative upload path of an activity."""
    assert shown({"text": text}) == dumps({"text": text}).decode()


def test_what_is_named_a_secret_goes() -> None:
    """Texts under a key that names a secret go; numbers and objects under it stay."""
    line = shown({"apiToken": "abc", "password": 'a"b\\', "token": None, "Api_Key": "k", "tokens": "two"})
    assert json.loads(line) == {"apiToken": "***", "password": "***", "token": None, "Api_Key": "***", "tokens": "two"}
