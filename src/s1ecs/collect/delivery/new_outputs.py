"""Outputs that were not there before: they get what is collected from now on, and the log says so once."""

from collections.abc import Sequence
from datetime import UTC, datetime

import structlog

from s1ecs.state.known_outputs import KnownOutputs


async def say_new_outputs(known: KnownOutputs, names: Sequence[str], log: structlog.stdlib.BoundLogger) -> None:
    """Say which of the outputs of these names were not there at the last start, if anything was collected before."""
    for name in await known.note(names, datetime.now(UTC).isoformat()):
        stored = f"s1ecs backfill --output '{name}' --from-store" if "store" in names and name != "store" else ""
        log.warning(
            f"{name}: this output is new and only receives records collected from now on; to deliver earlier "
            f"records as well, run: {stored + ', or ' if stored else ''}s1ecs backfill STREAM... --output '{name}' "
            "--from TIME --to TIME"
        )
