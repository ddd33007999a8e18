"""Arguments that several commands take, and what they mean."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from s1ecs.errors import UsageError
from s1ecs.settings import Settings, load
from s1ecs.streams import STREAMS, Stream

StreamNames = Annotated[list[str] | None, typer.Argument(metavar="[STREAM]...", help="Streams; all enabled if none.")]
StreamName = Annotated[str, typer.Argument(metavar="STREAM", help="The stream's name.")]
TraceFile = Annotated[
    str | None, typer.Option("--trace", metavar="FILE", help="Write every request and answer, without secrets.")
]
LogFormat = Annotated[str | None, typer.Option("--log-format", help="text, or ecs for ECS JSON.")]


def settings_of(context: typer.Context, **more: str | None) -> Settings:
    """The settings, with what the command line says."""
    config, flags = context.obj
    return load(
        file=config,
        environment=os.environ,
        flags=flags | {name: value for name, value in more.items() if value is not None},
        streams=list(STREAMS),
        working_folder=Path.cwd(),
    )


def streams_named(names: Sequence[str]) -> list[Stream]:
    """The streams of these names; raise UsageError for one that there is not."""
    unknown = [name for name in names if name not in STREAMS]
    if unknown:
        raise UsageError(f"no stream named {unknown[0]!r}; there are: {', '.join(STREAMS)}")
    return [STREAMS[name] for name in dict.fromkeys(names)]


def moment_text(text: str, flag: str = "--now") -> str:
    """A time as ISO 8601; raise UsageError, naming the flag."""
    from s1ecs.ecs.values import Bad, date

    try:
        return date(text)
    except Bad:
        raise UsageError(f"{flag} {text}: write a time such as 2026-01-31T12:00:00Z") from None
