import asyncio

import httpx2
from starlette.types import Receive, Scope, Send

from s1ecs.standin.traffic import Traffic


async def test_requests_are_open_until_they_are_answered() -> None:
    """A request is told as open while the console works on it, then as answered, with its age, for a second.

    Those that came too fast are counted.
    """
    time, status = [100.0], [200]
    go = asyncio.Event()

    async def console(_scope: Scope, _receive: Receive, send: Send) -> None:
        await go.wait()
        await send({"type": "http.response.start", "status": status[0], "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    transport = httpx2.ASGITransport(app=Traffic(console, lambda: time[0]))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:

        async def told() -> dict[str, object]:
            return dict((await client.get("/_standin/requests")).json())

        asking = asyncio.create_task(client.get("/web/api/v2.1/agents"))
        await asyncio.sleep(0.01)
        assert await told() == {"asked": 1, "too_many": 0, "open": ["/agents"], "answered": []}
        go.set()
        await asking
        time[0] = 100.5
        assert await told() == {"asked": 1, "too_many": 0, "open": [], "answered": [["/agents", 0.5]]}
        time[0] = 102.0
        assert await told() == {"asked": 1, "too_many": 0, "open": [], "answered": []}
        status[0] = 429
        await client.get("/web/api/v2.1/agents")
        assert (await told())["too_many"] == 1
