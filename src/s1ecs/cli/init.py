"""`s1ecs init`."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from s1ecs.cli.app import app

if TYPE_CHECKING:
    from s1ecs.cli.common_options import GivenOptions


# Common options that say how this call works, instead of what the file is to say.
_OF_THIS_CALL = {"state_dir", "log_format", "log_level"}


@app.command()
def init(
    context: typer.Context,
    *,
    url: Annotated[str | None, typer.Option("--url", metavar="ADDRESS", help="Address of the console.")] = None,
    token_file: Annotated[
        Path | None,
        typer.Option(
            "--token-file",
            metavar="FILE",
            help="File with the API token; written if it does not exist. Default: token.txt beside the settings.",
        ),
    ] = None,
    token_stdin: Annotated[bool, typer.Option("--token-stdin", help="Read the API token from standard input.")] = False,
    outputs: Annotated[
        list[str] | None,
        typer.Option(
            "--output",
            metavar="TYPE",
            help="Output: store, files, elasticsearch or opensearch; repeatable. Default: store.",
        ),
    ] = None,
    files_path: Annotated[
        str | None,
        typer.Option("--files-path", metavar="FOLDER", help="Directory of the output files. Default: documents."),
    ] = None,
    hosts: Annotated[
        list[str] | None,
        typer.Option("--host", metavar="ADDRESS", help="Address of the search server, with port; repeatable."),
    ] = None,
    username: Annotated[
        str | None, typer.Option("--username", metavar="NAME", help="User name for the search server.")
    ] = None,
    password_file: Annotated[
        Path | None, typer.Option("--password-file", metavar="FILE", help="File with the password of that user.")
    ] = None,
    api_key_file: Annotated[
        Path | None, typer.Option("--api-key-file", metavar="FILE", help="File with the API key, instead of a user.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask no questions; use defaults for missing answers.")] = False,
    no_check: Annotated[
        bool, typer.Option("--no-check", help="Write the settings without checking console and outputs.")
    ] = False,
) -> None:
    """Create the settings file and the token file.

    Asks for the address of the console, the API token (hidden) and the outputs, checks them, and writes s1ecs.yaml and
    a token file that only you can read. Existing files are never overwritten. If a check fails, nothing is written.

    Example: s1ecs init --url https://example.sentinelone.net --token-stdin --yes < token
    """
    from s1ecs.commands.init.answers import InitOptions
    from s1ecs.commands.init.init import init as init_command
    from s1ecs.commands.terminal.writer import ERR
    from s1ecs.settings.setting import DEFAULT_FILE

    given: GivenOptions = context.obj
    options = InitOptions(
        file=given.config or Path(DEFAULT_FILE),
        url=url,
        token_file=token_file,
        token_stdin=token_stdin,
        outputs=tuple(outputs or ()),
        files_path=files_path,
        hosts=tuple(hosts or ()),
        username=username,
        password_file=password_file,
        api_key_file=api_key_file,
        state_dir=given.flags.get("state_dir"),
        settings={name: text for name, text in given.flags.items() if name not in _OF_THIS_CALL},
        asks=not yes and not token_stdin and sys.stdin.isatty() and ERR.is_terminal,
        checks=not no_check,
    )
    raise typer.Exit(init_command(options, os.environ))
