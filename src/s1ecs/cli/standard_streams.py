"""Standard streams that take every character, and the exit status of a command whose output nobody reads any more."""

import io
import sys
from collections.abc import Callable
from functools import wraps

from s1ecs.commands.terminal.writer import ERR, OUT

# As a shell reports a command that SIGPIPE ended: git, grep and sort in a pipe to `head` exit so, too.
READER_LEFT = 141


def take_every_character() -> None:
    """Write `?` for what the encoding of a terminal or pipe lacks (LANG=C, latin-1), and read the same way."""
    OUT.take_every_character("replace")
    # Errors are searched for, so more of them is kept.
    ERR.take_every_character("backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")


def quiet_without_reader(main: Callable[[], None]) -> Callable[[], None]:
    """Make a command line end quietly, with a status of its own, when the reader of its output or errors leaves."""

    @wraps(main)
    def quiet() -> None:
        try:
            main()
        except (BrokenPipeError, SystemExit) as error:
            # The parser makes an exit of a broken pipe.
            if not isinstance(error, BrokenPipeError) and not isinstance(error.__context__, BrokenPipeError):
                raise
            # Python would fail once more when it closes the streams.
            OUT.drop()
            ERR.drop()
            sys.exit(READER_LEFT)

    return quiet
