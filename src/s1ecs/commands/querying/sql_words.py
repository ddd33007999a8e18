"""Words of a statement, without its strings and comments: parameters, names, and the columns that it selects."""

import re
from collections.abc import Iterator

# A string or comment that is not closed extends to the end.
_WORD = re.compile(
    r"""
    (?P<text>'(?:[^']|'')*(?:'|\Z))
    | (?P<comment>--[^\n]* | /\*.*?(?:\*/|\Z))
    | (?P<quoted>"[^"]*(?:"|\Z) | `[^`]*(?:`|\Z) | \[[^\]]*(?:\]|\Z))
    | (?P<parameter>[:@$][^\W\d]\w*)
    | (?P<position>\?)
    | (?P<word>\w+)
    | (?P<sign>\S)
    """,
    re.DOTALL | re.VERBOSE,
)
_HIDDEN = frozenset({"text", "comment"})
_DOCUMENT = "document"


def parameters_of(sql: str) -> list[str]:
    """Return the names of the parameters, such as `:host`, in their order, each once."""
    return list(dict.fromkeys(word[1:] for kind, word in _words(sql) if kind == "parameter"))


def has_positions(sql: str) -> bool:
    """Tell whether a statement has parameters without a name, such as `?`."""
    return any(kind == "position" for kind, _ in _words(sql))


def names_of(sql: str) -> frozenset[str]:
    """Return all words of a statement in lower case, names in quotation marks among them."""
    return frozenset(word.lower() for kind, word in _words(sql) if kind in {"word", "quoted"})


def selects_document(sql: str) -> bool:
    """Tell whether a statement names the column `document` among those that it selects, not only `*`."""
    words = [(kind, word.lower()) for kind, word in _words(sql)]
    # By the depth of parentheses: the words that a select has before its `from`.
    selecting = [False]
    for place, (kind, word) in enumerate(words):
        if word == "(":
            selecting.append(False)
        elif word == ")" and len(selecting) > 1:
            selecting.pop()
        elif kind == "word" and word in {"select", "from"}:
            selecting[-1] = word == "select"
        elif selecting[-1] and kind in {"word", "quoted"} and word == _DOCUMENT:
            behind = words[place + 1][1] if place + 1 < len(words) else ""
            # `document ->> '$.a'` is a field of it.
            if behind != "-":
                return True
    return False


def _words(sql: str) -> Iterator[tuple[str, str]]:
    for found in _WORD.finditer(sql):
        kind = found.lastgroup or ""
        if kind not in _HIDDEN:
            yield kind, found[0].strip('"`[]') if kind == "quoted" else found[0]
