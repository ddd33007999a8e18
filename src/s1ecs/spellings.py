"""Encoded forms in which a secret may be echoed back."""

import json
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator
from html import escape
from urllib.parse import quote, quote_plus, unquote, urlsplit

_SCHEMES = ("apikey", "apitoken", "basic", "bearer")
_BITS = 6


def spellings(secret: str) -> set[str]:
    """Every form of a secret and of what is secret in it: a login, a header's value, a proxy's address.

    Of a pair `user:password` the password counts on its own, too.
    """
    return {spelled for meant in _meant(secret) for spelled in _spelled(meant)}


def _meant(secret: str) -> set[str]:
    found = {secret}
    scheme, _, rest = secret.partition(" ")
    if rest and scheme.lower() in _SCHEMES:
        found |= {rest, *_pair(_from_base64(rest))}
    if "://" in secret:
        return found | set(_login(secret))
    return found | set(_pair(secret)) | set(_pair(_from_base64(secret)))


def _pair(text: str) -> Iterator[str]:
    name, colon, password = text.partition(":")
    if name and colon and password:
        yield text
        yield password


def _login(address: str) -> Iterator[str]:
    try:
        parts = urlsplit(address)
        user, password = parts.username or "", parts.password or ""
    except ValueError:
        return
    if password:
        yield from (password, unquote(password), f"{user}:{password}", f"{unquote(user)}:{unquote(password)}")


def _from_base64(text: str) -> str:
    """Decode an encoded API key; empty if the text is none."""
    try:
        decoded = b64decode(text + "=" * (-len(text) % 4), validate=True).decode()
    except (NotBase64, ValueError):
        return ""
    return decoded if decoded.isprintable() else ""


def _spelled(text: str) -> Iterator[str]:
    encoded = b64encode(text.encode("utf-8", "surrogateescape")).decode()
    urlsafe = encoded.translate(str.maketrans("+/", "-_"))
    for plain in (text, encoded, urlsafe, encoded.rstrip("="), urlsafe.rstrip("=")):
        yield plain
        for quoted in (
            quote(plain, safe="", errors="replace"),
            quote(plain, errors="replace"),
            quote_plus(plain, errors="replace"),
        ):
            yield quoted
            yield re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quoted)
    yield from (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1], repr(text)[1:-1], escape(text))
    yield text.replace("/", "\\/")
    yield from _within_base64(text)


def _within_base64(text: str) -> Iterator[str]:
    """Base64 forms of the text after any other text, as after the name of the header."""
    raw = text.encode("utf-8", "surrogateescape")
    for before in range(3):
        encoded = b64encode(b"\0" * before + raw).decode()
        inner = encoded[-(-before * 8 // _BITS) : (before + len(raw)) * 8 // _BITS]
        yield inner
        yield inner.translate(str.maketrans("+/", "-_"))
