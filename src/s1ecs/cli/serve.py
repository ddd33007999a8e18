"""`s1ecs serve`."""

from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.early_signals import end_at_sigterm
from s1ecs.cli.options import settings_of


@app.command()
def serve(
    context: typer.Context,
    *,
    port: Annotated[
        int | None,
        typer.Option(
            "--port", metavar="PORT", min=0, max=65535, help="Port; 0 picks a free port. Default: 8787 (web_port)."
        ),
    ] = None,
    host: Annotated[
        str | None, typer.Option("--host", metavar="ADDRESS", help="Listen address. Default: 127.0.0.1 (web_host).")
    ] = None,
) -> None:
    """Serve the web page over the local store.

    The first line of its output is the address with a login link, which can be used once. Runs until SIGINT or SIGTERM.
    Needs the extra web. `s1ecs web-user` adds users with passwords.

    Example: s1ecs serve --port 8787
    """
    end_at_sigterm(0)
    from s1ecs.commands.serve import serve as serve_command

    settings = settings_of(context, web_port=None if port is None else str(port), web_host=host)
    raise typer.Exit(serve_command(settings))
