"""Secrets in the forms in which servers and proxies repeat them."""

import html
import json
import time
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote, quote_plus

import pytest

from s1ecs.masking import Masker

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJlLW9mLWl0"
PASSWORD = 'päss/w+rd "quoted" & <5%>'
ID, KEY = "VuaCfGcBCdbkQm-e5aOx", "ui2lp2axTNmsyakw9tvNnw"
ENCODED = b64encode(f"{ID}:{KEY}".encode()).decode()
PROXY = f"http://user:{quote('p@ss:word-of-proxy', safe='')}@proxy.example:3128"


def basic(user: str, password: str) -> str:
    """The credentials of HTTP's Basic scheme."""
    return b64encode(f"{user}:{password}".encode()).decode()


def spoken(text: str) -> dict[str, str]:
    """The text as somebody may repeat it."""
    raw = text.encode()
    return {
        "plain": text,
        "json": json.dumps(text)[1:-1],
        "json in unicode": json.dumps(text, ensure_ascii=False)[1:-1],
        "repr": repr(text)[1:-1],
        "html": html.escape(text),
        "percent": quote(text, safe=""),
        "path": quote(text),
        "form": quote_plus(text),
        "lower": quote(text, safe="").replace("%2F", "%2f"),
        "twice": quote(quote(text, safe=""), safe=""),
        "every letter": "".join(f"%{byte:02x}" for byte in raw),
        "base64": b64encode(raw).decode(),
        "urlsafe": urlsafe_b64encode(raw).decode().rstrip("="),
    }


SAID = [
    *((TOKEN, text) for text in spoken(TOKEN).values()),
    *((PASSWORD, text) for text in spoken(PASSWORD).values()),
    *(
        (f"Basic {basic('elastic', PASSWORD)}", text)
        for text in (basic("elastic", PASSWORD), *spoken(PASSWORD).values())
    ),
    *((f"ApiKey {ENCODED}", text) for text in (ENCODED, f"{ID}:{KEY}", KEY, quote(ENCODED, safe=""))),
    *((ENCODED, text) for text in (ENCODED, f"{ID}:{KEY}", KEY)),
    *((f"{ID}:{KEY}", text) for text in (ENCODED, f"{ID}:{KEY}", KEY)),
    *(
        (PROXY, text)
        for text in (PROXY, "p@ss:word-of-proxy", "p%40ss%3Aword-of-proxy", basic("user", "p@ss:word-of-proxy"))
    ),
]


@pytest.mark.parametrize(("secret", "text"), SAID)
def test_whatever_a_server_repeats(secret: str, text: str) -> None:
    """Plain, escaped, percent-encoded, in base64, alone and decoded: nothing of it is left."""
    masker = Masker([secret])
    assert masker(f"you sent {text}, which is wrong") in {"you sent ***, which is wrong", "you sent *** which is wrong"}


@pytest.mark.parametrize("before", ["", "x", "xy", "Authorization: ApiToken "])
def test_base64_of_more_than_the_secret(before: str) -> None:
    """In base64 a secret is found wherever it begins in what was encoded."""
    said = b64encode(f"{before}{TOKEN} and more".encode()).decode()
    shown = Masker([TOKEN])(said)
    kept = max(len(piece) for piece in shown.split("***"))
    assert "***" in shown
    assert kept < 45
    assert TOKEN[5:-5] not in shown


def test_a_secret_that_was_cut_off() -> None:
    """A server that cuts its texts off shows the beginning of a token: that is masked, too. Other words are not."""
    masker = Masker([TOKEN, "elasticsearch-of-ours-0123456789"])
    assert masker(f"invalid token {TOKEN[:30]}... (truncated)") == "invalid token ***... (truncated)"
    assert masker(f"invalid token {TOKEN[:40]}") == "invalid token ***"
    assert masker("elasticsearch: eyJ is no token; 'elasticsearch-of'") == "elasticsearch: eyJ is no token; '***'"
    assert masker("elasticsearch is an elastic search") == "elasticsearch is an elastic search"


def test_short_secrets() -> None:
    """A short one is masked where it stands as a value, so that it does not garble every text; its login always."""
    masker = Masker(["a", "Basic " + basic("elastic", "a")])
    assert masker("a console has a token") == "a console has a token"
    assert masker("password=a, 'a', \"a\", elastic:a") == "password=***, '***', \"***\", ***"
    assert masker(f"Basic {basic('elastic', 'a')}") == "***"
    assert masker("elastic:a@host") == "***@host"


def test_json_stays_json() -> None:
    """A password of digits masks no number, and one of quotes and braces no structure."""
    masker = Masker(["12345678", '","b":"c', "status99"])
    value = {"n": 1234567890, "s": "it is 12345678", "a": "x", "b": "c", "status99": "status99"}
    told = json.loads(masker.json(json.dumps(value)))
    assert told["n"] == 1234567890
    assert told["s"] == "it is ***"
    assert (told["a"], told["b"]) == ("x", "c")
    assert masker.value(value)["status99"] == "***"


def test_time_grows_with_the_text_alone() -> None:
    """Megabytes of what looks like secrets, of quotes, of percent signs cost no more than seconds with 200 tokens."""
    masker = Masker([f"eyJhbGciOiJIUzI1NiIs{number:064x}" for number in range(100)])
    masker.hide([f"{number:064x}" for number in range(2**200, 2**200 + 100)])
    started = time.thread_time()
    for text in ("eyJhbGci", "eyJhbGci ", '"', '"\\', "%41 ", "%2541", "eyJhbGciOiJIUzI1NiIs0 ", "x"):
        long = text * (500_000 // len(text))
        assert masker(long) == long
        assert masker.json(long) == long
    assert time.thread_time() - started < 30


def test_nothing_known_changes_nothing() -> None:
    """Without a secret every text is what it is; empty ones are none."""
    assert Masker([""])("a '' \"\" =: %41") == "a '' \"\" =: %41"
