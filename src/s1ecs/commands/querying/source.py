"""The statement of `s1ecs query`: an argument, a file, or standard input."""

import stat
import sys
from contextlib import suppress
from io import UnsupportedOperation
from os import fstat
from pathlib import Path

from s1ecs.errors import UsageError
from s1ecs.open_files import at_limit

# Statements are shorter; a larger file is probably not the one that was meant.
_LONGEST = 1_000_000
STANDARD_INPUT = "-"


def statement(argument: str | None, file: str | None) -> str | None:
    """Return the statement that was given; None if there is none, and nothing is piped in.

    Raise UsageError if it is empty, can't be read, or is given twice.
    """
    if argument is not None and file is not None:
        raise UsageError("query: SQL and -f FILE are mutually exclusive")
    if file is not None and file != STANDARD_INPUT:
        return _checked(_of_file(file), file)
    if STANDARD_INPUT in {argument, file} or (argument is None and _is_piped()):
        return _checked(_decoded(sys.stdin.buffer.read(_LONGEST + 1), "standard input"), "standard input")
    return argument


def _is_piped() -> bool:
    """Tell whether standard input is a pipe or a file: a terminal or /dev/null has no statement."""
    with suppress(OSError, ValueError, UnsupportedOperation):
        return not stat.S_ISCHR(fstat(sys.stdin.fileno()).st_mode)
    return False


def _of_file(name: str) -> str:
    try:
        with Path(name).open("rb") as opened:
            return _decoded(opened.read(_LONGEST + 1), name)
    except OSError as error:
        raise UsageError(f"query: -f {name}: {at_limit(error) or error.strerror}") from None


def _decoded(content: bytes, place: str) -> str:
    if len(content) > _LONGEST:
        raise UsageError(f"query: {place}: larger than {_LONGEST // 1_000_000} MB, too large for a statement")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"query: {place}: not UTF-8; save the statement as UTF-8") from None


def _checked(sql: str, place: str) -> str:
    if not sql.strip():
        raise UsageError(f"query: {place} is empty; expected SQL; run `s1ecs query` on a terminal to list the views")
    return sql
