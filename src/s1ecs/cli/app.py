"""The command line as a whole: its common options, and how it ends."""

import os
import sys
from pathlib import Path
from typing import Annotated

import stamina.instrumentation
import typer

from s1ecs import __version__
from s1ecs.cli.arguments import LogFormat
from s1ecs.errors import S1ecsError, UsageError

app = typer.Typer(
    name="s1ecs",
    help="Collects SentinelOne data, maps it to the Elastic Common Schema, delivers it exactly once.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main() -> None:
    """Run the command line; everything that goes wrong is one line on standard error and an exit status."""
    # Retries are the client's business; what is said is how a request ended.
    stamina.instrumentation.set_on_retry_hooks(())
    if sys.stdin is None or sys.stdout is None:
        sys.exit("s1ecs: standard input and output must be open")
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except S1ecsError as error:
        sys.stderr.write(f"s1ecs: {error}\n")
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output went away; Python would complain once more when it closes standard output.
        _drop_output()
        sys.exit(1)
    except OSError as error:
        _drop_output()
        sys.stderr.write(f"s1ecs: {error.filename or 'standard output'}: {error.strerror}\n")
        sys.exit(1)


def _drop_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer's callback for a flag
    if wanted:
        typer.echo(f"s1ecs {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    *,
    config: Annotated[Path | None, typer.Option("--config", help="The settings file; s1ecs.yaml if it exists.")] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A setting, over file and environment; may come repeatedly."),
    ] = None,
    state_dir: Annotated[str | None, typer.Option("--state-dir", help="The folder of state and store.")] = None,
    log_format: LogFormat = None,
    version: Annotated[  # noqa: ARG001 - its callback prints and ends
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    flags = dict(map(_assignment, assignments or ()))
    given = {"state_dir": state_dir, "log_format": log_format}
    context.obj = (config, flags | {name: value for name, value in given.items() if value is not None})


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        # Without the text: it may be a token.
        raise UsageError("--set: write NAME=VALUE; `s1ecs settings` lists the names")
    return name.strip().replace("-", "_"), value
