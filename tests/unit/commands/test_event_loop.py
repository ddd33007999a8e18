"""A name service that hangs for one console holds up no other."""

import asyncio
import socket
import threading
from typing import Any

import pytest

from s1ecs.commands.event_loop import run_loop

HANGS = "hangs.example"
TIMES = 200


def test_a_look_up_that_hangs_takes_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often a name is looked up that nobody answers, given up and tried again, others are found at once."""
    answered = threading.Event()
    asked: list[str] = []

    def getaddrinfo(host: str, *_: Any) -> list[Any]:
        asked.append(host)
        if host == HANGS:
            answered.wait(240)
            raise socket.gaierror(socket.EAI_AGAIN, "no answer")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 443))]

    async def look_up() -> None:
        loop = asyncio.get_running_loop()
        try:
            waiting = [asyncio.create_task(loop.getaddrinfo(HANGS, 443)) for _ in range(TIMES)]
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(loop.getaddrinfo(HANGS, 443), 0.05)
            others = [loop.getaddrinfo(f"console-{number}.example", 443) for number in range(TIMES)]
            found = await asyncio.wait_for(asyncio.gather(*others), 120)
            assert [each[0][4][0] for each in found] == [f"console-{number}.example" for number in range(TIMES)]
            assert asked.count(HANGS) == 1
        finally:
            answered.set()
        errors = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(error) for error in errors] == [socket.gaierror] * TIMES
        with pytest.raises(socket.gaierror):
            await loop.getaddrinfo(HANGS, 443)
        assert asked.count(HANGS) == 2

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    run_loop(look_up(), 2)
