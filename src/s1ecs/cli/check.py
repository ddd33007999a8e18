"""`s1ecs check`."""

from contextlib import suppress
from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.options import JsonArrayOption, TraceFileOption, settings_of
from s1ecs.errors import StateError, UsageError


@app.command()
def check(
    context: typer.Context,
    *,
    offline: Annotated[
        bool, typer.Option("--offline", help="Check settings and this machine only, without a network.")
    ] = False,
    json: JsonArrayOption = False,
    trace: TraceFileOption = None,
) -> None:
    """Check settings, consoles, tokens, permissions, outputs and this machine.

    Prints one line per finding (ok, warning or failed) with its remedy. Nothing is changed. Exit status 1 if a check
    failed.

    Example: s1ecs check --offline
    """
    from s1ecs.bootstrap.console_rows import with_rows
    from s1ecs.commands.check import check as check_command

    if offline and trace is not None:
        raise UsageError("check: --offline sends no requests to trace; pass one of --offline and --trace")
    settings = settings_of(context, trace=trace)
    # A state that can't be read is one of the findings; the consoles that it keeps are not known then.
    with suppress(StateError):
        settings = with_rows(settings)
        settings.require_consoles()
    raise typer.Exit(check_command(settings, offline=offline, json=json))
