"""The layer of faults around the whole console, compression and Date header included.

`GET /_standin/faults` shows the rules and how often each kind struck, `POST` puts others in their place, `DELETE` ends
all. What a fault answers or changes is sent uncompressed.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from s1ecs.standin.clock import StandinClock
from s1ecs.standin.faults import page as pages
from s1ecs.standin.faults import wire
from s1ecs.standin.faults.asked import PREFIX, FaultRequest, read
from s1ecs.standin.faults.cursors import Cursors
from s1ecs.standin.faults.made_up import MadeUp, made_up
from s1ecs.standin.faults.plan import Counted, FaultPlan
from s1ecs.standin.faults.rewrites import Situation, rewrite
from s1ecs.standin.faults.rule import BadRules, parse
from s1ecs.standin.faults.whole import Whole, ask
from s1ecs.standin.refusal import bad_request

_CONTROL = "/_standin/faults"
_GOOD = 200

# Makes so many records of one moment, so many minutes ahead of now, in the stream of that path; False where nothing can
# come into being.
Burst = Callable[[str, int, float], bool]


class Faulty:
    """The console behind, with faults by the plan's rules."""

    def __init__(self, app: ASGIApp, plan: FaultPlan, clock: StandinClock, burst: Burst) -> None:
        self._app = app
        self._plan = plan
        self._clock = clock
        self._burst = burst
        self._cursors = Cursors()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the console does, or as a fault wants it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"] == _CONTROL:
            await self._send(
                send, self._control(scope["method"], await _body(receive) or b""), _http_date(self._clock())
            )
        elif scope["path"].startswith(PREFIX):
            await self._strike(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _control(self, method: str, body: bytes) -> MadeUp:
        match method:
            case "POST":
                try:
                    self._plan.replace(parse(body))
                except BadRules as error:
                    return MadeUp(400, orjson.dumps(bad_request(str(error)).body))
            case "DELETE":
                self._plan.replace(())
            case "GET":
                pass
            case _:
                return MadeUp(405, b"{}", headers={"Allow": "DELETE, GET, POST"})
        return MadeUp(_GOOD, orjson.dumps(self._plan.shown()))

    async def _strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        if body is None:
            return
        asked = read(scope, body)
        wanted = self._plan.wanted(asked)
        by_place = {place: [each for each in wanted if each.rule.does.place == place] for place in _PLACES}
        date = self._date(by_place["date"], asked)
        for each in by_place["console"]:
            if self._burst(asked.path, each.rule.parameters["records"], each.rule.parameters["minutes"]):
                self._plan.strike(each, asked)
        if by_place["before"]:
            await self._before(by_place["before"][0], asked, wire_of=(scope, receive, send), date=date)
            return
        kept = self._cursors.find(asked.cursor)
        if kept.cursor == asked.cursor and not by_place["page"] and not by_place["wire"]:
            await self._app(scope, _again(body, receive), _dated(send, date) if by_place["date"] else send)
            return
        # A changed page's cursor is asked for in the console's own words.
        within = asked if kept.cursor == asked.cursor else asked.going_on_from(kept.cursor)
        whole = await ask(self._app, within.scope(scope), _again(within.body, receive))
        if whole.status == _GOOD:
            whole = self._changed(whole, by_place["page"], asked)
        for each in by_place["wire"]:
            if each.rule.kind != "too_large" or _has(whole, each):
                self._plan.strike(each, asked)
                await _on_the_wire(each, wire.find(scope, receive, send), whole.dated(date))
                return
        await whole.dated(date).send(send)

    def _date(self, counted: list[Counted], asked: FaultRequest) -> str:
        for each in counted:
            self._plan.strike(each, asked)
        texts: list[str] = [
            each.rule.parameters["date"] for each in counted if each.rule.parameters["date"] is not None
        ]
        ahead = timedelta(minutes=sum(each.rule.parameters["minutes"] for each in counted))
        return texts[0] if texts else _http_date(self._clock() + ahead)

    async def _before(
        self, counted: Counted, asked: FaultRequest, *, wire_of: tuple[Scope, Receive, Send], date: str
    ) -> None:
        self._plan.strike(counted, asked)
        rule = counted.rule
        match rule.kind:
            case "reset":
                await wire.find(*wire_of).reset()
            case "silence":
                await wire.find(*wire_of).silence(rule.parameters["seconds"])
            case "trickle":
                await wire.find(*wire_of).trickle(rule.parameters["part"], rule.parameters["seconds"])
            case _:
                await self._send(wire_of[2], made_up(rule.kind, rule.parameters, asked), date)

    def _changed(self, whole: Whole, counted: list[Counted], asked: FaultRequest) -> Whole:
        kept = self._cursors.find(asked.cursor)
        page = pages.read(whole.body)
        if page is None:
            return whole
        if kept.records:
            page.put([*kept.records, *page.records], page.next_cursor)
        for each in counted:
            situation = Situation(asked.cursor, kept, self._cursors, self._clock(), each.struck)
            if rewrite(each.rule.kind, each.rule.parameters, page, situation):
                self._plan.strike(each, asked)
        return whole.holding(page.bytes())

    async def _send(self, send: Send, answer: MadeUp, date: str) -> None:
        headers = {"Content-Type": answer.content_type, **answer.headers}
        raw = tuple((name.lower().encode(), value.encode()) for name, value in headers.items())
        await Whole(answer.status, raw, answer.body).dated(date).send(send)


_PLACES = ("before", "page", "wire", "date", "console")


async def _on_the_wire(counted: Counted, connection: wire.Wire, whole: Whole) -> None:
    given = counted.rule.parameters
    headers = whole.headers_without_length
    if counted.rule.kind == "slow":
        await connection.slow(whole.status, headers, whole.body, size=given["bytes"], seconds=given["seconds"])
        return
    chunked = given.get("announced") == "chunked"
    await connection.cut(whole.status, headers, whole.body, share=given.get("share", 0.5), chunked=chunked)


def _has(whole: Whole, counted: Counted) -> bool:
    """Return True if the response holds the unreadable record; if none is named, every response does."""
    identity = counted.rule.parameters["id"]
    return whole.status == _GOOD and (identity is None or f'"{identity}"'.encode() in whole.body)


def _http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


def _dated(send: Send, date: str) -> Send:
    async def dated(message: Message) -> None:
        if message["type"] == "http.response.start":
            others = [(name, value) for name, value in message["headers"] if name != b"date"]
            message["headers"] = [*others, (b"date", date.encode())]
        await send(message)

    return dated


async def _body(receive: Receive) -> bytes | None:
    """Read the body of a request; None where the client went before it was whole, as when it was killed."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """Return what gives the body, already read, once more, and then what else comes."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
