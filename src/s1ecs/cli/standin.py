"""The stand-in console."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.arguments import moment_text
from s1ecs.errors import UsageError


@app.command()
def standin(
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free port.")] = 8800,
    agents: Annotated[int, typer.Option(min=1, help="How many agents; all else grows with them.")] = 500,
    alerts: Annotated[int | None, typer.Option(min=0, help="How many alerts; default: 2 an agent.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed and --now give the same bytes.")] = 1,
    now: Annotated[str | None, typer.Option(metavar="TIME", help="Its clock at the start; default: now.")] = None,
    rate: Annotated[float | None, typer.Option(min=0, help="New alerts a minute while it runs.")] = None,
    growth: Annotated[float, typer.Option(min=0, help="Changes a minute, in all streams in turn.")] = 0.0,
    without_star: Annotated[bool, typer.Option("--without-star", help="A console without STAR alerts.")] = False,
    faults: Annotated[Path | None, typer.Option("--faults", metavar="FILE", help="Rules of faults, YAML.")] = None,
) -> None:
    """Run a stand-in console, for trying s1ecs out."""
    try:
        from s1ecs.standin.faults.rule import BadRules, parse
        from s1ecs.standin.server import serve
    except ImportError as error:
        raise UsageError(f"standin: {error.name} is missing; install it with: pip install 's1ecs[standin]'") from None
    moment = datetime.now(UTC) if now is None else datetime.fromisoformat(moment_text(now))
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
        raise UsageError(f"standin: port {port} can't be used ({error.strerror}); choose another or 0") from None
