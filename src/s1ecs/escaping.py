r"""Characters that command a terminal or deceive its reader, written as escapes such as `\x1b` or `\u202e`.

Controls (C0, DEL, C1), bidirectional controls, zero-width and other format characters, line and paragraph separators,
lone surrogates, spaces other than the usual one, and characters that are printable by their category but invisible.
"""

import codecs
import re

# Invisible though printable: the default ignorable code points of Unicode that are letters or marks, the blank of
# Braille. Two names that differ in these alone look the same.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def one_line(text: str) -> str:
    """The text on one line, line breaks and tabs escaped like every other control."""
    if text.isascii():
        return text if text.isprintable() else "".join(map(_escape, text))
    if text.isprintable() and not _INVISIBLE.search(text):
        return text
    return "".join(map(_escape, text))


def escaped(text: str) -> str:
    """The text with its line feeds and tabs as they are and everything else escaped."""
    return "\n".join("\t".join(map(one_line, line.split("\t"))) for line in text.split("\n"))


def escaped_json(text: str) -> str:
    r"""The same JSON, with `\uXXXX` in place of every character that `one_line` would escape; line feeds stay."""
    return "\n".join(map(_json_line, text.split("\n")))


def encodable_json(text: str, encoding: str) -> str:
    r"""The same JSON, with `\uXXXX` in place of every character that an encoding such as latin-1 lacks."""
    return text if codecs.lookup(encoding).name == "utf-8" else text.encode(encoding, _ERRORS).decode(encoding)


def _json_line(line: str) -> str:
    if one_line(line) is line:
        return line
    return "".join(each if _escape(each) is each else _json_escape(each) for each in line)


def _escape(character: str) -> str:
    if _INVISIBLE.match(character):
        return character.encode("ascii", "backslashreplace").decode()
    return character if character.isprintable() else repr(character)[1:-1]


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place]:02x}{units[place + 1]:02x}" for place in range(0, len(units), 2))


def _unencodable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_json_escape, error.object[error.start : error.end])), error.end


_ERRORS = "s1ecs.json"
codecs.register_error(_ERRORS, _unencodable)
