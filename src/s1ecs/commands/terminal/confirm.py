"""Questions to the user before anything is changed."""

import asyncio
import sys
from collections.abc import Callable

from s1ecs.commands.terminal.writer import ERR, confirm
from s1ecs.errors import UsageError


async def agreed(question: str) -> bool:
    """Ask a yes/no question on the terminal; True for yes. A signal ends it as it ends everything else."""
    return (await _answer(f"{question}? [y/N] ")).lower() in {"y", "yes"}


async def typed(question: str, name: str) -> bool:
    """Ask on the terminal to type a name; True if the answer is that name, in any case."""
    return is_name(await _answer(f"{question}? Type {name} to confirm: "), name)


def is_name(text: str, name: str) -> bool:
    """Compare a name that a user typed with the right one, ignoring case."""
    return text.strip().casefold() == name.strip().casefold()


def no_terminal(command: str, flag: str) -> UsageError:
    """Make the error of a command that must ask and has no terminal; `flag` confirms without asking."""
    return UsageError(f"{command}: cannot ask for confirmation without a terminal; pass {flag}, or --dry-run")


async def _answer(prompt: str) -> str:
    ERR.write(prompt)
    ERR.flush()
    # A thread that reads could not be ended: the command would hang until Enter is pressed.
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(sys.stdin.fileno())
    return sys.stdin.readline().strip()


def consent(command: str, *, yes: bool) -> Callable[[str], bool]:
    """Make the function that asks a yes/no question; with `yes` it agrees without asking.

    The function raises UsageError, which names the command, where there is no terminal.
    """

    def asked(question: str) -> bool:
        if not sys.stdin.isatty():
            raise no_terminal(command, "--yes")
        return confirm(question)

    return (lambda _: True) if yes else asked
