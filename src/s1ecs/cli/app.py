"""The command line as a whole: its common options, and how it ends."""

import logging
import resource
import sys
import traceback
from contextlib import suppress
from io import StringIO
from typing import Annotated, Any

import typer

from s1ecs import __version__
from s1ecs.cli.common_options import CommandLine, common_options
from s1ecs.cli.on_demand import CommandsOnDemand
from s1ecs.cli.standard_streams import quiet_without_reader, take_every_character
from s1ecs.commands.terminal.writer import ERR, OUT
from s1ecs.errors import S1ecsError
from s1ecs.open_files import at_limit, raise_limit

app = CommandLine(
    name="s1ecs",
    cls=CommandsOnDemand,
    help="""Collect SentinelOne data, map it to the Elastic Common Schema and deliver it exactly once.

    Run s1ecs help COMMAND for a command, and s1ecs --install-completion to complete commands, streams and settings.

    Example: s1ecs collect alert threat
    """,
    pretty_exceptions_enable=False,
)

# What the parser raises for arguments that don't fit; typer names only its heirs.
_Misused: Any = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")


@quiet_without_reader
def main() -> None:
    """Run the command line; everything that goes wrong is one line on standard error and an exit status."""
    raise_limit()
    _without_core_dumps()
    # What libraries warn of before, or without, a log of ours.
    logging.lastResort = logging.StreamHandler(ERR)
    logging.lastResort.setLevel(logging.WARNING)
    if sys.stdin is None or not OUT.is_open:
        sys.exit("s1ecs: standard input and output must be open")
    take_every_character()
    try:
        try:
            status = app(standalone_mode=False)
        finally:
            OUT.flush()
        sys.exit(status)
    except _Misused as error:
        told = StringIO()
        error.show(told)
        ERR.write(told.getvalue())
        sys.exit(error.exit_code)
    except typer.Abort:
        ERR.write("Aborted!\n")
        sys.exit(1)
    except S1ecsError as error:
        ERR.write(f"s1ecs: {error}\n")
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        raise
    except OSError as error:
        OUT.drop()
        ERR.line(f"s1ecs: {error.filename or 'standard output'}: {at_limit(error) or error.strerror}")
        sys.exit(1)
    except Exception:  # noqa: BLE001 - a mistake in s1ecs; what its traceback quotes may come from anywhere
        ERR.write(traceback.format_exc())
        sys.exit(1)


def _without_core_dumps() -> None:
    """Leave no core file, which would hold tokens and passwords; the hard limit stays, for those who want one."""
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer's callback for a flag
    if wanted:
        OUT.write(f"s1ecs {__version__}\n")
        raise typer.Exit


@app.callback()
@common_options
def _options(
    context: typer.Context,
    *,
    version: Annotated[
        bool, typer.Option("-V", "--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass
