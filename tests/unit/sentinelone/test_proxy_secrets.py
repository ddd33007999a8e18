import base64

from s1ecs.sentinelone.error_mapping import Failures
from s1ecs.sentinelone.transport import Connection

from .conftest import TOKEN, holding


def test_a_proxys_password_is_in_no_error() -> None:
    """Whoever repeats the header of the proxy, or its address, gets no password into an error."""
    connection = Connection(
        "default", "https://console", holding(TOKEN), proxy="http://me:pass%2Fword-1@192.0.2.1:3128"
    )
    header = base64.b64encode(b"me:pass/word-1").decode()
    said = f"Basic {header}, pass/word-1, pass%2Fword-1".encode()
    text = str(Failures(connection, "GET /user").refused(500, said, None))
    assert "Basic ***, ***, ***" in text


def test_no_password_is_no_secret() -> None:
    """A proxy without a password, and none at all, have nothing to hide."""
    assert Connection("a", "b", holding(TOKEN), proxy="http://192.0.2.1:3128").proxy_secrets == ()
    assert Connection("a", "b", holding(TOKEN)).proxy_secrets == ()
