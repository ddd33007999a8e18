"""`s1ecs web-user`."""

from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.common_options import CommandLine
from s1ecs.cli.options import JsonArrayOption, settings_of

web_user = CommandLine(
    name="web-user",
    help="""Manage the users of the web page.

    They are kept with hashes of their passwords in the file of the setting web_users_file.

    Example: s1ecs web-user add ada --role responder
    """,
)
app.add_typer(web_user)

_Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the user.")]


@web_user.command()
def add(
    context: typer.Context,
    name: _Name,
    *,
    role: Annotated[
        str,
        typer.Option("--role", metavar="viewer|responder", help="viewer reads, responder also performs actions."),
    ],
    consoles: Annotated[
        list[str] | None,
        typer.Option(
            "--console",
            metavar="NAME[=ROLE]",
            help="Console that the user sees, with a role of its own; repeatable. Default: all.",
        ),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a user of this name.")] = False,
) -> None:
    """Add a user, or change one.

    Asks for the password, or reads the first line of standard input where that is no terminal. Sessions of a user who
    is replaced end.

    Example: s1ecs web-user add ada --role viewer --console europe --console apac=responder
    """
    from s1ecs.commands.web_user import add_user

    add_user(settings_of(context), name, role, consoles or [], replace=replace)


@web_user.command("list")
def list_(context: typer.Context, *, json: JsonArrayOption = False) -> None:
    """List the users with their roles.

    Example: s1ecs web-user list --json
    """
    from s1ecs.commands.web_user import list_users

    list_users(settings_of(context), json=json)


@web_user.command()
def remove(context: typer.Context, name: _Name) -> None:
    """Remove a user, whose sessions end.

    Example: s1ecs web-user remove ada
    """
    from s1ecs.commands.web_user import remove_user

    remove_user(settings_of(context), name)
