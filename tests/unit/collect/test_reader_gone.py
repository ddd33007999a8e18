"""When nobody reads standard output any more."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest
import structlog
from structlog.testing import LogCapture

from s1ecs.collect.feed import Feed
from s1ecs.collect.scheduler import collect_once, run_forever
from s1ecs.errors import ReaderGone

from .conftest import RecordingOutput, ScriptedConsole, alert

if TYPE_CHECKING:
    from collections.abc import Mapping

    from s1ecs.sentinelone.client import Client
    from s1ecs.sentinelone.response import ConsoleResponse


class _Silent(ScriptedConsole):
    """A console that never answers."""

    async def get(self, path: str, params: "Mapping[str, str]") -> "ConsoleResponse":
        """Wait for ever."""
        await asyncio.Event().wait()
        return await super().get(path, params)


@pytest.mark.parametrize("work", [collect_once, run_forever])
async def test_all_streams_end_at_once(
    feed: Feed, console: ScriptedConsole, output: RecordingOutput, work: Callable[..., "asyncio.Future[object]"]
) -> None:
    """The first stream that finds out ends the others, even while they wait for a response, and no error is logged."""
    console.script = [[alert("a", "11:00")]]
    output.failure = ReaderGone("standard output: gone")
    waiting = replace(feed, console="other", client=cast("Client", _Silent()))
    said = LogCapture()
    log = structlog.wrap_logger(None, processors=[said])
    with pytest.raises(ReaderGone, match="standard output: gone"):
        await asyncio.wait_for(work([waiting, feed], asyncio.Event(), lambda *_: None, log), 120)
    assert not [entry for entry in said.entries if entry["log_level"] != "info"]
    async with feed.state.leases.held([*feed.own_walks, *waiting.own_walks]):
        pass
