"""Questions of the full-text search as people write them, and the expression that SQLite's FTS5 takes for them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType

from s1ecs.errors import UsageError
from s1ecs.outputs.store.document_values import SEARCH_FIELDS

# A dash before a word is part of a command line, not a sign for what must not be there.
_TERM = re.compile(
    r"""
    (?: (?P<field> [A-Za-z_]\w+ ) : )? " (?P<phrase> [^"]* ) " (?P<more> \*? ) (?= \s | $ )
    | (?P<word> \S+ )
    """,
    re.VERBOSE,
)
# A single letter before a colon is a drive, and behind the colon of a URL stand slashes.
_FIELD = re.compile(r"(?P<field>[A-Za-z_]\w+):(?P<rest>.*)")
_OTHERWISE = "OR"
_IGNORED = frozenset({"AND"})
_NOT = "NOT"
# Other names of fields, as views and ECS have them.
_ALSO: Mapping[str, str] = MappingProxyType(
    {
        "ip": "address",
        "domain": "address",
        "url": "address",
        "dns": "address",
        "rule": "name",
        "threat": "name",
        "cve": "name",
        "process": "name",
        "application": "name",
        "site": "name",
        "file": "path",
        "registry": "path",
        "cmd": "command",
        "command_line": "command",
        "sha1": "hash",
        "sha256": "hash",
        "md5": "hash",
        "description": "text",
        "message": "text",
    }
)


@dataclass(frozen=True)
class _Term:
    """A word or phrase, in one field or in any (""), as the beginning of a word or whole."""

    text: str
    field: str
    prefix: bool
    excluded: bool

    @property
    def expression(self) -> str:
        quoted = '"' + self.text.replace('"', '""') + '"'
        return f"{f'{self.field} : ' if self.field else ''}{quoted}{' *' if self.prefix else ''}"


def match_expression(question: str) -> str:
    """Translate a question into an FTS5 expression; raise UsageError where there is nothing to search for.

    All words must be there; `OR` stands between alternatives; a word with `NOT` before it must not be there;
    `"a phrase"` is found as it stands; `power*` is the beginning of a word; `host:ws-0042` searches one field.
    """
    if question.count('"') % 2:
        raise UsageError(f"search: the quotation mark in {question!r} is not closed; add one")
    wanted: list[list[_Term]] = [[]]
    excluded: list[_Term] = []
    for term in _terms(question):
        if term is None:
            wanted.append([])
        elif term.excluded:
            excluded.append(term)
        else:
            wanted[-1].append(term)
    if not any(wanted):
        only = "; NOT excludes from what else was searched for" if excluded else ""
        raise UsageError(
            f"search: {question!r} has no word to search for{only}; example: s1ecs search 'host:ws-* powershell'"
        )
    if not all(wanted):
        raise UsageError(
            f"search: {question!r} has an OR without a word on each side; words with NOT do not count as one"
        )
    found = " OR ".join(f"({' AND '.join(term.expression for term in terms)})" for terms in wanted)
    return f"({found}) NOT ({' OR '.join(term.expression for term in excluded)})" if excluded else found


def _terms(question: str) -> Iterator[_Term | None]:
    """Yield the terms; None stands for an OR."""
    negated = False
    # For SQLite a text ends at a NUL.
    for match in _TERM.finditer(question.replace("\0", " ")):
        word = match["word"]
        if word in _IGNORED:
            continue
        if word == _NOT:
            negated = True
        elif word == _OTHERWISE:
            yield None
        else:
            term = _word(word, negated) if word else _phrase(match, negated)
            if any(map(str.isalnum, term.text)):
                negated = False
                yield term
    if negated:
        raise UsageError(f"search: {question!r} ends with NOT; write the word that must not be there behind it")


def _phrase(match: re.Match[str], negated: bool) -> _Term:  # noqa: FBT001 - see `_terms`
    field = _field(match["field"]) if match["field"] else ""
    return _Term(match["phrase"], field, bool(match["more"]), negated)


def _word(word: str, negated: bool) -> _Term:  # noqa: FBT001 - see `_terms`
    if '"' in word:
        raise UsageError(f"search: {word!r}: quotation marks stand around a whole phrase, with spaces outside of them")
    if word.startswith("("):
        raise UsageError(f"search: {word!r}: parentheses do not group words; put text that has some in quotation marks")
    field, text = "", word
    if (named := _FIELD.fullmatch(word)) is not None:
        if named["rest"][:1].isalnum() or named["field"].lower() in _FIELDS:
            field, text = _field(named["field"]), named["rest"]
        if field and not any(map(str.isalnum, text)):
            raise UsageError(f"search: {word!r} names no word; write it right behind the colon, such as host:ws-0042")
    beginning = text.rstrip("*")
    if "*" in beginning:
        raise UsageError(f"search: {word!r}: * stands at the end of a word only; search for its beginning")
    return _Term(beginning, field, text != beginning, negated)


_FIELDS = frozenset((*SEARCH_FIELDS, *_ALSO))


def _field(name: str) -> str:
    found = _ALSO.get(name.lower(), name.lower())
    if found not in SEARCH_FIELDS:
        meant = get_close_matches(name.lower(), _FIELDS, n=1)
        did_you_mean = f"; did you mean {meant[0]}?" if meant else ";"
        raise UsageError(
            f"search: no field {name!r}{did_you_mean} available: {', '.join(SEARCH_FIELDS)}; "
            "text with a colon stands in quotation marks"
        )
    return found
