"""`s1ecs tail`: new documents of the store as they come, a line each."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path

import orjson

from s1ecs.commands.document_line import document_line
from s1ecs.commands.terminal.layout import shortened
from s1ecs.commands.terminal.writer import ERR, OUT, cell
from s1ecs.records import NotJSON, as_written, dumps
from s1ecs.settings.setting import DEFAULT_CONSOLE
from s1ecs.state.sqlite.arrivals import Arrival, Arrivals
from s1ecs.state.sqlite.database import FILE_NAME

_SECONDS = 0.5
# The longest name of a stream.
_STREAM_WIDTH = 16


def _wait() -> bool:
    """Wait until there may be new documents; False if nobody reads the output any more."""
    return not OUT.wait_for_reader_to_leave(_SECONDS)


def tail(
    state_folder: Path, streams: Sequence[str], count: int, *, json: bool, wait: Callable[[], bool] = _wait
) -> None:
    """Print the last documents of the streams (all, if empty), then each that comes, until Ctrl-C.

    Raise BrokenPipeError when `wait` says that nobody reads the output any more.
    """
    show = _print_json if json else _print_line
    with closing(Arrivals(state_folder / FILE_NAME, streams, lambda text: ERR.line(f"s1ecs: {text}"))) as arrivals:
        _print(arrivals.last(count), show)
        while wait():
            while found := arrivals.next():
                _print(found, show)
    raise BrokenPipeError


def _print(found: Iterable[Arrival], show: Callable[[Arrival], None]) -> None:
    for each in found:
        show(each)
    OUT.flush()


def _print_json(found: Arrival) -> None:
    console, stream, identity = found.key
    head = dumps({"time": found.time, "stream": stream, "console": console, "id": identity}).decode()
    # The document as it was stored, not written anew.
    OUT.json(f'{head[:-1]},"document":{found.document}}}\n', data=True)


def _print_line(found: Arrival) -> None:
    try:
        document = as_written(found.document.encode())
    except (NotJSON, orjson.JSONDecodeError):
        document = {}
    line = document_line(found.key.stream, document)
    time = f"{found.time[:19]}Z" if found.time else "-" * 20
    console = "" if found.key.console == DEFAULT_CONSOLE else f"{found.key.console}  "
    text = cell(f"{time}  {found.key.stream:<{_STREAM_WIDTH}}  {console}{line.what}  {line.who}".rstrip(), data=True)
    if OUT.is_terminal:
        text = shortened(text, OUT.width, unicode=OUT.is_unicode)
    OUT.styled(text, line.style)
