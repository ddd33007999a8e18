"""Whether the user agrees to what a command is about to change."""

import sys
from collections.abc import Callable

import typer

from s1ecs.errors import UsageError


def consent(command: str, *, yes: bool) -> Callable[[str], bool]:
    """What puts a question to the user and gives the answer; with `yes` it agrees and asks nobody.

    What it gives raises UsageError, which names the command, where nobody can be asked.
    """

    def asked(question: str) -> bool:
        if not sys.stdin.isatty():
            raise UsageError(f"{command}: nobody can be asked, standard input is no terminal; use --yes or --dry-run")
        return typer.confirm(question)

    return (lambda _: True) if yes else asked
