"""The commands in code blocks of the documentation, and those of s1ecs among them."""

import re
import shlex
from collections.abc import Iterator, Sequence

from docs.markdown_pages import Block

LANGUAGES = frozenset({"sh", "console"})

_PROMPT = "$ "
_SEPARATORS = frozenset(";|&()\n")
_ASSIGNMENT = re.compile(r"\w+=.*", re.DOTALL)
_HERE_DOCUMENT = re.compile(r"<<-?\s*['\"]?(\w+)['\"]?")
# Commands that run another command.
_PREFIXES = frozenset({"sudo", "exec", "time", "nice"})


def commands_of(block: Block) -> Sequence[str]:
    """The commands of a block as they are typed; one may have several lines. Output is left out."""
    lines = block.text.splitlines()
    if block.language == "console":
        lines = [line.removeprefix(_PROMPT) for line in lines if line.startswith(_PROMPT)]
    return list(_whole_commands(lines))


def invocations(command: str) -> Iterator[Sequence[str]]:
    """The arguments of each call of s1ecs in a command."""
    for words in _simple_commands(command):
        if words and words[0].rpartition("/")[2] == "s1ecs":
            yield words[1:]


def programs(command: str) -> Sequence[str]:
    """The names of all programs in a command."""
    return [words[0].rpartition("/")[2] for words in _simple_commands(command) if words]


def _whole_commands(lines: Sequence[str]) -> Iterator[str]:
    whole, end = "", ""
    for line in lines:
        whole += line + "\n"
        if end:
            end = "" if line.strip() == end else end
        elif found := _HERE_DOCUMENT.search(line.replace("<<<", "")):
            end = found[1]
        if not end and not line.endswith("\\") and _quotes_are_closed(whole):
            if whole.strip() and not whole.lstrip().startswith("#"):
                yield whole.strip()
            whole = ""
    if whole.strip():
        raise ValueError(f"unfinished command: {whole}")


def _quotes_are_closed(text: str) -> bool:
    try:
        shlex.split(text, comments=True)
    except ValueError:
        return False
    return True


def _simple_commands(command: str) -> Iterator[Sequence[str]]:
    words: list[str] = []
    lexer = shlex.shlex(_without_here_document(command), posix=True, punctuation_chars=";|&()<>\n")
    lexer.whitespace = " \t\r"
    lexer.whitespace_split = True
    skip = False
    for word in lexer:
        if skip or (set(word) <= set("<>&") and set(word) & set("<>")):
            # The file of a redirection belongs to the shell.
            skip = not skip
        elif set(word) <= _SEPARATORS:
            yield _without_prefix(words)
            words = []
        else:
            words.append(word)
    yield _without_prefix(words)


def _without_here_document(command: str) -> str:
    if not (found := _HERE_DOCUMENT.search(command.replace("<<<", "   "))):
        return command.replace("\\\n", " ")
    return command[: found.start()]


def _without_prefix(words: Sequence[str]) -> Sequence[str]:
    while words and (_ASSIGNMENT.fullmatch(words[0]) or words[0] in _PREFIXES):
        words = words[3:] if words[:2] == ["sudo", "-u"] else words[1:]
    return words
