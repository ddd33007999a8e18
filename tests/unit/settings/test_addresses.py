import pytest

from s1ecs.settings.addresses import clean_address, clean_proxy


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("https://x.example", "https://x.example"),
        ("https://x.example/", "https://x.example"),
        ("https://x.example///", "https://x.example"),
        ("https://x.example/web/api/v2.1/", "https://x.example"),
        ("https://x.example/login?next=%2F#top", "https://x.example"),
        ("x.example", "https://x.example"),
        ("//x.example/dashboard", "https://x.example"),
        ("x.example/?next=https://y.example", "https://x.example"),
        ("  https://X.Example  ", "https://x.example"),
        ("HTTPS://X.EXAMPLE:8443/web", "https://x.example:8443"),
        ("x.example:8443", "https://x.example:8443"),
        ("192.0.2.7", "https://192.0.2.7"),
        ("https://[2001:DB8::1]:444/", "https://[2001:db8::1]:444"),
        ("https://münchen.example", "https://xn--mnchen-3ya.example"),
        ("http://localhost:8800", "http://localhost:8800"),
        ("http://127.0.0.1:8800/", "http://127.0.0.1:8800"),
        ("http://127.8.9.10", "http://127.8.9.10"),
        ("http://[::1]:8800", "http://[::1]:8800"),
    ],
)
def test_addresses(typed: str, cleaned: str) -> None:
    """Whatever users type comes out as scheme, host and port."""
    assert clean_address(typed) == cleaned


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "is empty"),
        ("https://", "names no host"),
        ("ftp://x.example", "not the address of a console"),
        ("https://user:password@x.example", "user or password"),
        ("user@x.example", "user or password"),
        ("https://x .example", "spaces"),
        ("https://x.example\\@y.example", "backslashes"),
        ("https://x.example:port", "port"),
        ("https://x.example:70000", "port"),
        ("https://x.example:0", "port"),
        ("https://[::1", "not an address"),
        ("https://1.2.3.4.5", "not an IP address"),
        ("https://x..example", "not a name"),
        ("https://-", "not a name"),
        ("http://x.example", "unencrypted HTTP"),
        ("http://192.0.2.7", "unencrypted HTTP"),
        ("http://127.0.0.1.example", "unencrypted HTTP"),
        ("http://localhost.example", "unencrypted HTTP"),
    ],
)
def test_bad_addresses(typed: str, why: str) -> None:
    """A bad address is refused with the reason and without repeating it, for it may hold a secret."""
    with pytest.raises(ValueError, match=why) as caught:
        clean_address(typed)
    assert "password@" not in str(caught.value)


def test_plain_http_where_allowed() -> None:
    """Plain http to another machine takes a setting."""
    assert clean_address("http://x.example/", allow_http=True) == "http://x.example"


def test_proxies_keep_their_user() -> None:
    """A proxy may have a user and password, http is meant where no scheme is written."""
    assert clean_proxy("user:p%40ss@Proxy.example:3128/") == "http://user:p%40ss@proxy.example:3128"
