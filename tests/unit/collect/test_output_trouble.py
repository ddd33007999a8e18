"""What `run` does while an output takes no documents."""

import asyncio
from datetime import timedelta

import pytest
import structlog
from structlog.testing import LogCapture

from s1ecs.collect import scheduler
from s1ecs.collect.scheduler import run_forever
from s1ecs.errors import OutputError

from .conftest import Paced, RecordingOutput, ScriptedConsole, alert

pytestmark = pytest.mark.in_memory


async def test_tried_again_soon(
    paced: Paced, console: ScriptedConsole, output: RecordingOutput, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again after 5, 10, 20, 40, 60, 60 ... seconds, said once; then at the interval, and from 5 on."""
    feed = paced(interval=timedelta(hours=1))
    waits: list[float] = []
    stop = asyncio.Event()

    async def passes(_stop: asyncio.Event, seconds: float) -> bool:
        waits.append(seconds)
        output.failure = OutputError("search: gone") if len(waits) not in {8, 10} else None
        console.script = [[alert(str(len(waits)), "11:00")]]
        return len(waits) == 10

    monkeypatch.setattr(scheduler, "_stopped_within", passes)
    output.failure = OutputError("search: gone")
    said = LogCapture()
    await run_forever([feed], stop, lambda *_: None, structlog.wrap_logger(None, processors=[said]))
    assert waits[1:8] == [5, 10, 20, 40, 60, 60, 60]
    assert 60 < waits[8] <= 3600
    assert waits[9] == 5
    assert len([line for line in said.entries if "search: gone" in line["event"]]) == 2
