"""Secrets of this process, masked as `***` in everything that is shown, logged or kept as a reason.

Tokens, passwords, API keys and proxies' logins are told to `hide` where they are read. Servers and proxies repeat
what they were sent, and rarely letter by letter, so each secret is looked for as it is, as JSON, percent-encoded, and
in base64 wherever it begins in what was encoded. Documents are data and are never masked.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import unquote

from s1ecs.spellings import spellings

MASK = "***"

# A shorter secret stands by chance in other words: it is masked only where it stands as a value.
SHORTEST_WITHIN = 8

# A server that cuts its texts off may show the beginning of a long secret, so much of it at least, with this behind it.
_SHORTEST_CUT = 12
_LONG = 20
_CUT = re.compile(r"""\Z|\s?\.\.|\s?…|["'<\\]""")

# With more beginnings to look for than this, going through the text once is faster than looking for each of them.
_FEW = 64

_WORD = re.compile(r"""[^\s"'<>\\,;()\[\]{}…]+""")
_STRING = re.compile(r'"((?:[^"\\]++|\\.)*+)("?)', re.DOTALL)
_ENCODED = re.compile("%[0-9A-Fa-f]{2}")


@dataclass(frozen=True)
class _Bucket:
    """The spellings that share their first letters, by length, the longest first, and sorted."""

    lengths: tuple[int, ...]
    spelled: frozenset[str]
    ordered: tuple[str, ...]

    def with_one(self, spelled: str) -> "_Bucket":
        every = self.spelled | {spelled}
        return _Bucket(tuple(sorted({len(each) for each in every}, reverse=True)), every, tuple(sorted(every)))


class Masker:
    """Masks the secrets that it was told; telling and masking may happen on several threads."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._lock = Lock()
        self._told: frozenset[str] = frozenset()
        self._buckets: dict[str, _Bucket] = {}
        self._short: re.Pattern[str] | None = None
        self.hide(secrets)

    def hide(self, secrets: Iterable[str]) -> None:
        """Mask these texts from now on, and what can be derived from them."""
        with self._lock:
            new = {secret for secret in secrets if secret} - self._told
            if not new:
                return
            buckets = dict(self._buckets)
            for spelled in {each for secret in new for each in spellings(secret) if len(each) >= SHORTEST_WITHIN}:
                head = spelled[:SHORTEST_WITHIN]
                buckets[head] = buckets.get(head, _Bucket((), frozenset(), ())).with_one(spelled)
            self._told |= new
            short = sorted((re.escape(each) for each in self._told if len(each) < SHORTEST_WITHIN), key=len)
            # Behind an equals sign or a colon, or between quotation marks.
            values = "|".join(reversed(short))
            self._short = re.compile(rf"""(?<=[=:"'])(?:{values})(?![\w%+/-])""") if short else None
            self._buckets = buckets

    def forget(self) -> None:
        """Mask nothing any more."""
        with self._lock:
            self._told, self._buckets, self._short = frozenset(), {}, None

    def is_secret(self, text: str) -> bool:
        """Return True if the whole text is a secret, however short."""
        return text in self._told

    def __call__(self, text: str) -> str:
        """The text, masked; the time it takes grows with the text alone."""
        if not self._told:
            return text
        text = self._replaced(text)
        if "%" in text and _ENCODED.search(text) and any(map(self._holds, _decoded(text))):
            text = _WORD.sub(self._word, text)
        return text if self._short is None else self._short.sub(MASK, text)

    def json(self, text: str) -> str:
        """A JSON text with its strings masked: it stays JSON, and its numbers what they are."""
        if self(text) == text:
            return text
        return _STRING.sub(lambda found: f'"{self(found[1])}{found[2]}', text)

    def value(self, value: Any) -> Any:
        """A JSON value with every text in it masked, keys not."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, Mapping):
            return {key: self.value(each) for key, each in value.items()}
        return [self.value(each) for each in value] if isinstance(value, list | tuple) else value

    def _replaced(self, text: str) -> str:
        parts: list[str] = []
        done = 0
        for start, end in sorted(self._spans(text)):
            if start >= done:
                parts += (text[done:start], MASK)
            done = max(done, end)
        return text if not done else "".join((*parts, text[done:]))

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        buckets = self._buckets
        if len(buckets) <= _FEW:
            for head, bucket in buckets.items():
                place = text.find(head)
                while place >= 0:
                    end = _end(text, place, bucket)
                    if end:
                        yield place, end
                    place = text.find(head, max(place + 1, end))
            return
        for place in range(len(text) - SHORTEST_WITHIN + 1):
            found = buckets.get(text[place : place + SHORTEST_WITHIN])
            if found is not None and (end := _end(text, place, found)):
                yield place, end

    def _holds(self, text: str) -> bool:
        return any(True for _ in self._spans(text))

    def _word(self, found: re.Match[str]) -> str:
        word = found[0]
        return MASK if "%" in word and any(map(self._holds, _decoded(word))) else word


def _decoded(text: str) -> Iterator[str]:
    """The text with its percent-encoding undone, once and twice."""
    once = unquote(text)
    yield once
    yield unquote(once)


def _end(text: str, place: int, bucket: _Bucket) -> int:
    """Find the end of the secret that begins at a place; 0 if none does."""
    for length in bucket.lengths:
        if text[place : place + length] in bucket.spelled:
            return place + length
    longest = bucket.lengths[0]
    word = _WORD.match(text, place, place + longest)
    if longest < _LONG or word is None:
        return 0
    beginning = word[0].rstrip(".")
    if len(beginning) < _SHORTEST_CUT or not _CUT.match(text, place + len(beginning)):
        return 0
    at = bisect_left(bucket.ordered, beginning)
    is_cut = at < len(bucket.ordered) and bucket.ordered[at].startswith(beginning)
    return place + len(beginning) if is_cut else 0


# What a process knows to be secret holds for all that leaves it; there is one such set, as there is one process.
masked = Masker()
hide = masked.hide
