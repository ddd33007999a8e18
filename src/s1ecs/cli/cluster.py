"""`s1ecs cluster`."""

from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.common_options import CommandLine
from s1ecs.cli.options import settings_of

cluster = CommandLine(
    name="cluster",
    help="""Show the workers that share a state in PostgreSQL.

    Example: s1ecs cluster status
    """,
)
app.add_typer(cluster)


@cluster.callback()
def _cluster() -> None:
    pass


@cluster.command()
def status(
    context: typer.Context, *, json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False
) -> None:
    """Show workers, leases, queue, late consoles, and what is stuck and why.

    Example: s1ecs cluster status --json
    """
    from s1ecs.commands.cluster import show_cluster_status

    show_cluster_status(settings_of(context), json=json)
