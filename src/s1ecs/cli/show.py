"""`s1ecs show`."""

from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.options import settings_of, unicode_text


@app.command()
def show(
    context: typer.Context,
    identity: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="The id of a document, or of an alert, threat, event, activity, agent, group, risk or action.",
        ),
    ],
    *,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
) -> None:
    """Show a document with its deliveries, dead letters and response actions.

    Of several documents with the id the newest is shown and the others are listed.

    Example: s1ecs show 225494730938493804
    """
    from s1ecs.bootstrap.store_folder import store_folder
    from s1ecs.commands.show import show as show_command

    show_command(store_folder(settings_of(context), "show"), unicode_text(identity, "show"), json=json)
