"""Every regular expression that the product holds: its time grows as the text does, whoever writes the text."""

import ast
import importlib
import re
import re._parser as parser  # type: ignore[import-not-found] # what a pattern is made of, which `re` itself tells nobody
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from time import thread_time
from typing import Any, NamedTuple

import pytest

import s1ecs

SOURCE = Path(s1ecs.__file__).parent
METHODS = frozenset({"search", "match", "fullmatch", "sub", "split", "findall", "finditer"})
# The stand-in and the settings read what their own user writes.
OWN_WORDS = ("standin", "settings")
# Where a text is bounded before it is looked at.
BOUNDED = {"collect.migrate.elastic_history._INDEX": "a search server's index has a name of at most 255 bytes"}

LENGTH = 20_000
ENOUGH = 0.02


class Use(NamedTuple):
    """A pattern and a way in which it is used."""

    name: str
    pattern: re.Pattern[Any]
    method: str


def _uses() -> Iterator[Use]:
    for path in sorted(SOURCE.rglob("*.py")):
        place = path.relative_to(SOURCE).with_suffix("")
        if place.parts[0] in OWN_WORDS:
            continue
        module = ".".join(place.parts).removesuffix(".__init__")
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
                yield from _use(module, node, node.func)


def _use(module: str, call: ast.Call, function: ast.Attribute) -> Iterator[Use]:
    of = function.value
    if not isinstance(of, ast.Name):
        return
    if of.id == "re" and call.args and isinstance(call.args[0], ast.Constant):
        yield Use(f"{module}:{call.lineno}", re.compile(call.args[0].value), function.attr)
    found = getattr(importlib.import_module(f"s1ecs.{module}"), of.id, None)
    if isinstance(found, re.Pattern):
        yield Use(f"{module}.{of.id}", found, function.attr)


USES = {f"{use.name} {use.method}": use for use in _uses() if use.name not in BOUNDED}


def _sample(parsed: Any) -> str:
    """A text that such a part of a pattern fits, more or less."""
    made = ""
    for operation, about in parsed:
        match str(operation):
            case "LITERAL":
                made += chr(about)
            case "NOT_LITERAL" | "ANY" | "CATEGORY":
                made += "a"
            case "IN":
                made += _member(about)
            case "BRANCH":
                made += _sample(about[1][0])
            case "SUBPATTERN":
                made += _sample(about[3])
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                made += _sample(about[2]) * max(1, min(about[0], 4))
    return made


def _member(members: Any) -> str:
    operation, about = members[0]
    if str(operation) == "NEGATE":
        return "a"
    if str(operation) == "RANGE":
        return chr(about[0])
    return chr(about) if str(operation) == "LITERAL" else " "


def _branches(parsed: Any) -> Iterator[str]:
    """The texts of all parts of a pattern, each alternative of it by itself."""
    yield _sample(parsed)
    for operation, about in parsed:
        match str(operation):
            case "BRANCH":
                for branch in about[1]:
                    yield from _branches(branch)
            case "SUBPATTERN":
                yield from _branches(about[3])
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                yield from _branches(about[2])
            case "IN":
                yield _member(about)


def _texts(pattern: re.Pattern[Any], length: int) -> Iterator[str]:
    """Texts of a length in which a part of the pattern comes over and over, behind one that fits and before no end."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    parsed = parser.parse(source, pattern.flags & (re.VERBOSE | re.IGNORECASE | re.DOTALL))
    whole = _sample(parsed)
    pieces = dict.fromkeys(
        [
            *_branches(parsed),
            *(whole[:end] for end in range(1, min(len(whole), 40) + 1)),
            *(whole[start:] for start in range(1, min(len(whole), 20))),
            *(" ", "a", "0", "<", "-", "\\", "/", '"', "_", ".", "é"),
        ]
    )
    for piece in filter(None, pieces):
        body = piece * (length // len(piece))
        for before in ("", whole, whole[: len(whole) // 2]):
            yield f"{before}{body}\n\0"


def _seconds(use: Use, text: str) -> float:
    subject: Any = text if isinstance(use.pattern.pattern, str) else text.encode()
    began = thread_time()
    if use.method == "sub":
        use.pattern.sub(lambda found: found[0], subject)
    elif use.method == "finditer":
        for _ in use.pattern.finditer(subject):
            pass
    else:
        getattr(use.pattern, use.method)(subject)
    return thread_time() - began


@pytest.mark.parametrize("name", USES)
def test_time_grows_as_the_text(name: str) -> None:
    """Twice the text takes about twice the time, not four times, whatever part of the pattern it repeats."""
    use = USES[name]
    for number, text in enumerate(_texts(use.pattern, LENGTH)):
        if _seconds(use, text) < ENOUGH:
            continue
        longer = next(islice(_texts(use.pattern, 2 * LENGTH), number, None))
        short = min(_seconds(use, text) for _ in range(3))
        assert short < ENOUGH or _seconds(use, longer) < 3 * short, text[:100]


def test_what_is_looked_for() -> None:
    """The patterns that see what others write are among them, and a bad one would be found."""
    names = {use.name for use in USES.values()}
    assert {
        "sentinelone.error_mapping._INVISIBLE",
        "sentinelone.signed_urls._SIGNATURE",
        "ecs.converters._NUMBER",
    } <= names
    assert {"trace.masking._SIGNED", "outputs.search.error_rules._ILLEGAL_DOCUMENT"} <= names
    bad = Use("bad", re.compile(r"(?s)<(script|style)\b.*?</\1\s*>"), "sub")
    assert any(_seconds(bad, text) > ENOUGH for text in _texts(bad.pattern, LENGTH))
