"""Questions of the full-text search as people write them, and the expression that SQLite's FTS5 takes for them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from s1ecs.errors import UsageError
from s1ecs.outputs.store.document_values import SEARCH_FIELDS

# A dash before a word is part of a command line, not a sign for what must not be there.
_TERM = re.compile(
    r"""
    \s*
    (?: (?P<field> \w+ ) : (?= ["\w] ) )?
    (?: " (?P<phrase> [^"]* ) " (?P<more> \*? ) | (?P<word> \S+ ) )
    """,
    re.VERBOSE,
)
_OTHERWISE = "OR"
_IGNORED = frozenset({"AND"})
_NOT = "NOT"


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
        only = "; what is excluded is excluded from what else was searched for" if excluded else ""
        raise UsageError(
            f"search: {question!r} has no word to search for{only}; example: s1ecs search 'host:ws-* powershell'"
        )
    if not all(wanted):
        raise UsageError(f"search: {question!r} has an OR without a word on each side; add one or leave the OR out")
    found = " OR ".join(f"({' AND '.join(term.expression for term in terms)})" for terms in wanted)
    return f"({found}) NOT ({' OR '.join(term.expression for term in excluded)})" if excluded else found


def _terms(question: str) -> Iterator[_Term | None]:
    """Yield the terms; None stands for an OR."""
    negated = False
    for match in _TERM.finditer(question):
        word = match["word"]
        if word in _IGNORED:
            continue
        if word == _NOT:
            negated = True
        elif word == _OTHERWISE:
            yield None
        elif (term := _term(match, negated=negated)) is not None:
            negated = False
            yield term


def _term(match: re.Match[str], *, negated: bool) -> _Term | None:
    field, text = match["field"] or "", match["phrase"] if match["word"] is None else match["word"]
    prefix = bool(match["more"])
    if match["word"] is not None:
        prefix, text = text.endswith("*"), text.rstrip("*")
    if field and field.lower() not in SEARCH_FIELDS:
        _refuse_typo(field)
        field, text = "", f"{field}:{text}"
    if "*" in text:
        raise UsageError(f"search: {match[0].strip()!r}: * stands at the end of a word only; search for its beginning")
    if not any(map(str.isalnum, text)):
        return None
    return _Term(text, field.lower(), prefix, negated)


def _refuse_typo(field: str) -> None:
    """Refuse what was meant to be a field; other words with a colon, such as those of a path, are words."""
    meant: Sequence[str] = get_close_matches(field.lower(), SEARCH_FIELDS, n=1)
    if meant:
        known = ", ".join(SEARCH_FIELDS)
        raise UsageError(f"search: no field {field!r}; did you mean {meant[0]}? available: {known}")
