"""The expiry of a token for OAUTHBEARER."""

import base64

import orjson
import pytest

from s1ecs.outputs.kafka.clients import expiry


def jwt(**claims: object) -> str:
    """Make a token with these claims."""
    return ".".join(["e30", base64.urlsafe_b64encode(orjson.dumps(claims)).decode().rstrip("="), "signature"])


def test_a_jwt_tells_when_it_expires() -> None:
    """Whatever the length of its claims, which Base64 pads."""
    for name in ("", "a", "ab", "abc"):
        assert expiry(jwt(exp=1_800_000_000, sub=name), 1_700_000_000) == 1_800_000_000


@pytest.mark.parametrize("token", ["opaque", "a.b.c", jwt(sub="me"), jwt(exp="soon"), "e30.W10.x", ""])
def test_any_other_token_is_read_again_in_five_minutes(token: str) -> None:
    """A token that does not tell is taken for good for a while."""
    assert expiry(token, 1_700_000_000) == 1_700_000_300
