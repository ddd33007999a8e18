"""`s1ecs standin`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.options import moment_of_option
from s1ecs.errors import UsageError
from s1ecs.extras import importing


@app.command()
def standin(
    *,
    port: Annotated[
        int, typer.Option("--port", metavar="PORT", min=0, max=65535, help="Port on 127.0.0.1; 0 picks a free port.")
    ] = 8800,
    agents: Annotated[
        int,
        typer.Option("--agents", metavar="NUMBER", min=1, help="Number of agents. The other streams scale with it."),
    ] = 500,
    alerts: Annotated[
        int | None, typer.Option("--alerts", metavar="NUMBER", min=0, help="Number of alerts. Default: 2 per agent.")
    ] = None,
    seed: Annotated[
        int,
        typer.Option(
            "--seed", metavar="NUMBER", help="Seed of the data. The same --seed and --now give the same data."
        ),
    ] = 1,
    now: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="Time of its clock at the start, such as 2026-01-31T12:00:00Z or -7d. Default: now."
        ),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option("--rate", metavar="NUMBER", min=0, help="New alerts per minute while it runs. Default: none."),
    ] = None,
    growth: Annotated[
        float, typer.Option("--growth", metavar="NUMBER", min=0, help="Changes per minute, across all streams in turn.")
    ] = 0.0,
    without_star: Annotated[bool, typer.Option("--without-star", help="Serve no STAR alerts.")] = False,
    faults: Annotated[
        Path | None, typer.Option("--faults", metavar="FILE", help="YAML file of fault rules. Default: no faults.")
    ] = None,
) -> None:
    """Run a stand-in console with generated data.

    Serves the console API on 127.0.0.1, for trials and tests.

    Example: s1ecs standin --port 8800 --agents 100
    """
    with importing("standin"):
        from s1ecs.standin.faults.rule import BadRules, parse
        from s1ecs.standin.server import serve
    moment = datetime.now(UTC) if now is None else moment_of_option(now, "--now")
    try:
        rules = () if faults is None else parse(faults.read_bytes())
    except OSError as error:
        raise UsageError(f"standin: {faults}: {error.strerror}") from None
    except BadRules as error:
        raise UsageError(f"standin: {faults}: {error}") from None
    try:
        serve(
            host="127.0.0.1",
            port=port,
            agents=agents,
            alerts=alerts,
            seed=seed,
            now=moment,
            rate=rate,
            growth=growth,
            star=not without_star,
            faults=rules,
        )
    except OSError as error:
        raise UsageError(
            f"standin: cannot listen on port {port} ({error.strerror}); choose another port, or 0"
        ) from None
