"""Arguments and options that several commands share."""

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from s1ecs.errors import UsageError, all_of
from s1ecs.timestamps import time_text

if TYPE_CHECKING:
    from s1ecs.cli.common_options import GivenOptions
    from s1ecs.settings import Settings
    from s1ecs.streams import Stream


def stream_names(incomplete: str) -> list[tuple[str, str]]:
    """Complete the name of a stream, also behind a comma."""
    from s1ecs.streams import STREAMS

    before, comma, word = incomplete.rpartition(",")
    return [
        (f"{before}{comma}{name}", stream.what) for name, stream in STREAMS.items() if name.startswith(word.strip())
    ]


StreamNames = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="STREAM",
        help="Streams, such as alert threat. Default: all enabled streams.",
        autocompletion=stream_names,
    ),
]
StreamName = Annotated[
    str, typer.Argument(metavar="STREAM", help="Name of the stream, such as alert.", autocompletion=stream_names)
]
LayoutOption = Annotated[
    str | None,
    typer.Option(
        "--layout",
        metavar="1|2",
        envvar="S1ECS_LAYOUT",
        show_envvar=False,
        help="Layout of the documents: 1 (Elastic's integration 1.42) or 2 (2.x). Default: 1.",
    ),
]
TraceFileOption = Annotated[
    str | None,
    typer.Option(
        "--trace", metavar="FILE", help="Write every request and response to FILE, without secrets. Default: no trace."
    ),
]
JsonArrayOption = Annotated[bool, typer.Option("--json", help="Print a JSON array of objects.")]


def settings_of(context: typer.Context, **more: str | None) -> "Settings":
    """Load the settings, overridden by the command line."""
    from s1ecs.settings import load
    from s1ecs.streams import STREAMS

    given: GivenOptions = context.obj
    return load(
        file=given.config,
        environment=os.environ,
        flags={**given.flags} | {name: value for name, value in more.items() if value is not None},
        streams=list(STREAMS),
        working_folder=Path.cwd(),
    )


def console_settings_of(context: typer.Context, *, with_paused: bool = False, **more: str | None) -> "Settings":
    """Load the settings with the consoles that the state keeps as rows, and report those that can't be used."""
    from s1ecs.bootstrap.console_rows import with_rows
    from s1ecs.commands.terminal.writer import ERR

    settings = with_rows(settings_of(context, **more), with_paused=with_paused)
    for name, fault in settings.console_faults.items():
        ERR.line(f"s1ecs: console {name}: {fault}")
    return settings


def streams_named(names: Sequence[str]) -> "list[Stream]":
    """Look up streams by name, `alert,group` being two; raise UsageError for an unknown one."""
    from s1ecs.streams import STREAMS

    return [STREAMS[name] for name in _known(names, STREAMS)]


def stored_streams(names: Sequence[str]) -> list[str]:
    """Check names of streams of the store, `alert,group` being two; raise UsageError for an unknown one."""
    from s1ecs.streams import STREAMS, response_action

    return _known(names, [*STREAMS, response_action.STREAM.name])


def stored_stream_names(incomplete: str) -> list[tuple[str, str]]:
    """Complete the name of a stream of the store, also behind a comma."""
    from s1ecs.streams import response_action

    own = response_action.STREAM
    before, comma, word = incomplete.rpartition(",")
    more = [(f"{before}{comma}{own.name}", own.what)] if own.name.startswith(word.strip()) else []
    return stream_names(incomplete) + more


def _known(names: Sequence[str], available: Iterable[str]) -> list[str]:
    from s1ecs.settings.raw_values import nearest

    known = list(available)
    words = [word.strip() for name in names for word in name.split(",") if word.strip() or not name.strip(", ")]
    unknown = [word for word in words if word not in known]
    if unknown:
        guesses = [guess for word in unknown if (guess := nearest(word, known))]
        meant = f"; did you mean {' '.join(dict.fromkeys(guesses))}?" if guesses else ";"
        raise UsageError(f"no stream named {all_of(map(repr, unknown), by=', ')}{meant} available: {', '.join(known)}")
    return list(dict.fromkeys(words))


def in_layout(stream: "Stream", layout: str | None) -> "Stream":
    """Make the stream with documents of a layout; raise UsageError for another word than those of the option."""
    chosen = one_of("--layout", layout or "1", ("1", "2"))
    return stream.in_layout(2 if chosen == "2" else 1)


def moment_of_option(text: str, flag: str, now: datetime | None = None) -> datetime:
    """Parse a time, absolute or relative to now; raise UsageError, naming the flag."""
    from s1ecs.collect.period import moment_given

    try:
        return moment_given(text, now or datetime.now(UTC))
    except ValueError as error:
        raise UsageError(f"{flag}: {error}") from None


def moment_text(text: str, flag: str = "--now") -> str:
    """Parse a time, absolute or relative to now, into ISO 8601; raise UsageError, naming the flag."""
    return time_text(moment_of_option(text, flag))


def unicode_text(text: str, name: str) -> str:
    """Return a text of the command line as it is; raise UsageError, naming the argument, if it is not UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{name}: not UTF-8") from None
    return text


def one_of(flag: str, text: str, choices: Iterable[str]) -> str:
    """Return the word if it is one of the choices or empty; raise UsageError for another."""
    known = list(choices)
    if text and text not in known:
        raise UsageError(f"{flag}: {text!r} is not one of {', '.join(known)}")
    return text
