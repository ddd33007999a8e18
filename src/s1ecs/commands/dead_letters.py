"""`s1ecs dead-letters`: what outputs refused and why."""

from collections.abc import Iterator, Sequence
from typing import Any

from s1ecs.bootstrap.state import dead_letters_of, require_state
from s1ecs.commands.terminal.tables import print_json, print_table
from s1ecs.commands.terminal.writer import OUT
from s1ecs.errors import StateError
from s1ecs.masking import masked
from s1ecs.settings import Settings
from s1ecs.state.dead_letters import Letter

_COLUMNS = ("time", "console", "stream", "output", "id", "reason")
_ALL_COLUMNS = ("time", "stream", "output", "console", "id", "reason", "document")


def list_dead_letters(settings: Settings, names: Sequence[str], *, json: bool) -> None:
    """Print the dead letters of the streams `names`, of all if empty; as JSON with their documents.

    Raise StateError where there is no state, and after the others are printed where a stream's letters can't be read.
    """
    dead_letters = dead_letters_of(settings)
    if not dead_letters.streams():
        require_state(settings)
    columns = _ALL_COLUMNS if json else _COLUMNS
    streams = list(names) or dead_letters.streams()
    errors: list[str] = []

    def rows() -> Iterator[list[Any]]:
        for name in streams:
            try:
                found = dead_letters.read(name)
            except StateError as error:
                errors.append(str(error))
            else:
                yield from ([_plain(letter, column) for column in columns] for letter in found)

    if json:
        print_json(columns, rows(), data=True)
    else:
        lines = list(rows())
        if lines:
            print_table(columns, lines)
        elif not errors:
            OUT.write("no dead letters\n")
    if errors:
        OUT.flush()
        raise StateError("\n".join(errors))


def _plain(letter: Letter, column: str) -> Any:
    """A column of a letter: without secrets, which older letters may hold, but for its document."""
    value = getattr(letter, column)
    return value if column == "document" else masked.value(value)
