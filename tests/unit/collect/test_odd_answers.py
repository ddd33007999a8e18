"""Odd headers and envelopes, from a console or from what answers in its place: no poll takes them for our mistake."""

import asyncio
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from s1ecs.collect.feed import Feed
from s1ecs.collect.outcome import Outcome
from s1ecs.collect.poll import poll
from s1ecs.errors import S1ecsError
from s1ecs.sentinelone.exchange import Tracer, untraced
from s1ecs.state.checkpoints import LIVE, Commit
from s1ecs.streams import STREAMS
from s1ecs.trace.writer import at_once, open_trace

from .conftest import FeedOf
from .lists import NOW
from .wired import Asked, WiredConsole, http, page, record, said, wired

pytestmark = pytest.mark.in_memory


# Of each type of JSON the odd ones; as they stand in an answer.
VALUES = [
    *("null", "true", "false", "0", "-1", "1", "1.5", "-0.0", "1e400", "1e-400", "123456789012345678901234567890"),
    *("9" * 5000, '""', '" "', '"null"', '"None"', '"NULL"', '"undefined"', '"a"', '"%"', '"%zz"', '"%ED%A0%80"'),
    *(r'"\ud800"', r'"\udfff\ud800"', r'"\u0000"', r'"\u0007\u001b[31m\u202e"', '"\u00e9\u4e2d"', '"9999-12-31"'),
    *(json.dumps("x" * 200_000), json.dumps("%41" * 70_000), json.dumps("\u4e2d" * 20_000), '"' + "9" * 5000 + '"'),
    *("[]", "[null]", "[[]]", "[{}]", '["a"]', "[1]", "{}", '{"a": 1}', '{"edges": 1}', '{"nextCursor": "a"}'),
    *("[" * 90 + "]" * 90, "[" * 2000 + "]" * 2000, '{"a":' * 2000 + "1" + "}" * 2000),
]
# Where a value stands in the answer of a list, and of a GraphQL list; EDGES and RECORD hold a good record.
REST = {
    "data": '{"data": VALUE, "pagination": {"nextCursor": null}}',
    "an element": '{"data": [RECORD, VALUE], "pagination": {"nextCursor": null}}',
    "pagination": '{"data": [RECORD], "pagination": VALUE}',
    "nextCursor": '{"data": [RECORD], "pagination": {"nextCursor": VALUE, "totalItems": 1}}',
    "totalItems": '{"data": [RECORD], "pagination": {"nextCursor": null, "totalItems": VALUE}}',
    "errors": '{"data": [RECORD], "pagination": null, "errors": VALUE}',
    "an error": '{"data": null, "errors": [VALUE]}',
    "error": '{"data": [], "error": VALUE}',
    "an error's code": '{"data": null, "errors": [{"code": VALUE}]}',
    "an error's title": '{"data": null, "errors": [{"title": VALUE}]}',
    "an error's detail": '{"data": null, "errors": [{"detail": VALUE}]}',
    "an error's message": '{"errors": [{"message": VALUE, "title": VALUE, "code": VALUE, "detail": VALUE}]}',
    "a nested error": '{"data": [], "error": {"errors": VALUE, "message": VALUE}}',
    "the whole": "VALUE",
}
GRAPHQL = {
    "data": '{"data": VALUE}',
    "root": '{"data": {"alerts": VALUE}}',
    "edges": '{"data": {"alerts": {"edges": VALUE, "pageInfo": {"hasNextPage": false}}}}',
    "an edge": '{"data": {"alerts": {"edges": [{"node": RECORD}, VALUE], "pageInfo": {"hasNextPage": false}}}}',
    "a node": '{"data": {"alerts": {"edges": [{"node": VALUE}], "pageInfo": {"hasNextPage": false}}}}',
    "pageInfo": '{"data": {"alerts": {EDGES, "pageInfo": VALUE}}}',
    "hasNextPage": '{"data": {"alerts": {EDGES, "pageInfo": {"hasNextPage": VALUE, "endCursor": "a"}}}}',
    "endCursor": '{"data": {"alerts": {EDGES, "pageInfo": {"hasNextPage": true, "endCursor": VALUE}}}}',
    "totalCount": '{"data": {"alerts": {EDGES, "totalCount": VALUE, "pageInfo": null}}}',
    "errors": '{"data": {"alerts": {EDGES, "pageInfo": null}}, "errors": VALUE}',
    "an error's message": '{"data": null, "errors": [{"message": VALUE, "path": VALUE}]}',
}
TEXTS = [
    *(
        b"",
        b" ",
        b"0",
        b"-1",
        b"1.5",
        b"1e9",
        b"1e999",
        b"nan",
        b"inf",
        b"9" * 400,
        b"9" * 5000,
        b"0x10",
        b"\xb2",
        b"\xd9\xa1",
    ),
    *(b"Fri, 31 Dec 9999 23:59:59 GMT", b"Fri, 31 Dec 9999 23:59:59 -1200", b"Mon, 01 Jan 0001 00:00:00 GMT"),
    *(b"Mon, 01 Jan 0001 00:00:00 +1200", b"Mon, 23 Nov 2026 10:00:00 +999999999999", b"Mon, 23 Nov 2026 10:00:00"),
    *(
        b"Mon, 99 Nov 2026 99:99:99 GMT",
        b"Thu, 01 Jan 1970 00:00:00 GMT",
        b"9999-12-31T23:59:59Z",
        b"Mon, 23",
        b"a" * 5000,
    ),
    *(
        b"23 Nov 99999999999999999999 10:00:00 GMT",
        b"5, 7",
        b"=?utf-8?q?=ff?=",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"a\x7fb",
        b",",
    ),
]
HEADERS = [b"Date", b"Retry-After", b"Location", b"Content-Type", b"Content-Encoding", b"Content-Length", b"Server"]
HEADERS += [b"Transfer-Encoding", b"Connection", b"Set-Cookie", b"X-Request-Id", b"X" * 5000, b"\xff", b"a b", b""]
MORE = {
    b"Location": [
        b"http://[::1",
        b"http://a:99999999/",
        b"//",
        b"http://\x00/",
        b"\xff://x",
        b"https://console.example/login",
    ],
    b"Content-Type": [b"text/html", b"application/json; charset=no-such", b"application/json; charset=utf-16", b";;;"],
    b"Content-Encoding": [
        b"gzip",
        b"br",
        b"zstd",
        b"identity",
        b"deflate",
        b"gzip, gzip",
        b"x" * 300,
        b"gzip," * 50,
        b"GZIP",
    ],
    b"Transfer-Encoding": [b"chunked", b"gzip, chunked", b"identity", b"chunked, chunked"],
    b"Set-Cookie": [
        b"a=b; Expires=Fri, 31 Dec 9999 23:59:59 -1200; Domain=\xff",
        b"=;=;=",
        b"a=b; Max-Age=" + b"9" * 500,
    ],
}
STATUSES = [
    *(
        b"200",
        b"201",
        b"202",
        b"203",
        b"204",
        b"205",
        b"206",
        b"207",
        b"226",
        b"299",
        b"300",
        b"301",
        b"302",
        b"304",
        b"307",
    ),
    *(
        b"399",
        b"400",
        b"401",
        b"402",
        b"403",
        b"404",
        b"407",
        b"408",
        b"409",
        b"410",
        b"413",
        b"414",
        b"418",
        b"422",
        b"429",
    ),
    *(
        b"431",
        b"451",
        b"499",
        b"500",
        b"501",
        b"502",
        b"503",
        b"504",
        b"511",
        b"520",
        b"599",
        b"600",
        b"999",
        b"099",
        b"000",
    ),
    *(b"1", b"20", b"2000", b"-1", b"abc", b"", b"\xff", b"200" * 100),
]


def mistaken(outcomes: list[Outcome]) -> list[str]:
    """What of the outcomes is taken for our mistake."""
    return [str(each.error) for each in outcomes if each.error is not None and "bug in s1ecs" in str(each.error)]


async def polled(feed: Feed) -> list[Outcome]:
    """One poll from the beginning: what one answer did must not hide what another does."""
    await feed.checkpoints.commit(feed.walk(LIVE), Commit({}))
    return await asyncio.wait_for(poll(feed, asyncio.Event(), lambda *_: None), 120)


class OddConsole(WiredConsole):
    """A console that answers every first page with `odd`, and pages behind a cursor with an empty list."""

    odd: bytes = b""
    is_graphql = False

    def __init__(self) -> None:
        super().__init__(self._answer)

    def _answer(self, asked: Asked) -> bytes:
        if asked.cursor is None:
            return self.odd
        if asked.content:
            return said({"data": {"alerts": {"edges": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}}})
        return said({"data": [], "pagination": {"nextCursor": None}})


async def assert_never_our_mistake(
    feed: Feed, answers: Iterator[tuple[str, bytes]], tracer: Tracer = untraced, **options: Any
) -> None:
    """Poll with each answer: success, or an error of the console's; the state and what is told of it can be written."""
    console = OddConsole()
    async with wired(feed, console, tracer, **options) as odd_feed:
        for name, console.odd in answers:
            outcomes = await polled(odd_feed)
            assert mistaken(outcomes) == [], name
            for outcome in outcomes:
                assert outcome.error is None or isinstance(outcome.error, S1ecsError), name
                # It is printed and logged.
                str(outcome.error).encode()
            assert 1970 <= odd_feed.client.now().year < 9000, name
            await odd_feed.checkpoints.load(odd_feed.walk(LIVE))


def filled(form: str, value: str) -> bytes:
    """The answer with a value in its place."""
    whole = form.replace("EDGES", '"edges": [{"node": RECORD}]').replace("VALUE", value)
    return http(whole.replace("RECORD", json.dumps(record())).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    ("name", "place"),
    [*(("activity", place) for place in REST), *(("application_risk", place) for place in ("data", "nextCursor"))],
)
async def test_odd_values_in_a_list_are_never_our_mistake(feed_of: FeedOf, name: str, place: str) -> None:
    """Every field of the envelope that is read, with the odd values of each type."""
    answers = ((f"{place}: {value[:60]}", filled(REST[place], value)) for value in VALUES)
    await assert_never_our_mistake(feed_of(name), answers)


@pytest.mark.parametrize("place", GRAPHQL)
async def test_odd_values_in_a_graphql_list_are_never_our_mistake(feed_of: FeedOf, place: str) -> None:
    """The same of GraphQL."""
    answers = ((f"{place}: {value[:60]}", filled(GRAPHQL[place], value)) for value in VALUES)
    await assert_never_our_mistake(feed_of("unified_alert"), answers)


@pytest.mark.parametrize("header", HEADERS, ids=lambda header: header[:20].decode("latin-1") or "none")
async def test_odd_headers_are_never_our_mistake(feed_of: FeedOf, header: bytes, tmp_path: Path) -> None:
    """Every header that is read, and others, once and twice, with texts that are none of theirs; a trace takes them."""
    body = json.dumps({"data": [record()], "pagination": {"nextCursor": None}}).encode()
    statuses = {b"Location": [b"302 Found"], b"Retry-After": [b"429 Too Many Requests", b"503 Unavailable"]}

    def answers() -> Iterator[tuple[str, bytes]]:
        for text in [*TEXTS, *MORE.get(header, ())]:
            line = header + b": " + text
            yield f"{line[:80]!r} twice", http(body, line, header.lower() + b": 1")
            for status in statuses.get(header, [b"200 OK"]):
                yield f"{line[:80]!r}", http(body, line, status=status)

    warnings: list[str] = []
    async with open_trace(tmp_path / "trace", at_once, lambda: NOW, warnings.append) as trace:
        tracer = trace.of("default", STREAMS.values(), (), ())
        await assert_never_our_mistake(feed_of("activity"), answers(), tracer)
    assert warnings == []


async def test_odd_statuses_and_bodies_are_never_our_mistake(feed_of: FeedOf, tmp_path: Path) -> None:
    """Status lines that are none, codes that nobody knows, bombs, and headers without end; a trace takes them."""
    body = json.dumps({"data": [record()], "pagination": {"nextCursor": None}}).encode()
    bomb = gzip.compress(b'{"data": ["' + b"x" * 20_000_000 + b'"]}')

    def answers() -> Iterator[tuple[str, bytes]]:
        for status in STATUSES:
            for each in (body, b"", b"<html>", b'{"errors": [{"title": "\\ud800", "code": 1e99}]}'):
                yield f"{status[:20]!r}", http(each, status=status + b" Odd")
        yield "a bomb", http(bomb, b"Content-Encoding: gzip")
        yield "a bomb in a bomb", http(gzip.compress(bomb), b"Content-Encoding: gzip, gzip")
        yield "half a bomb", http(bomb[: len(bomb) // 2], b"Content-Encoding: gzip")
        yield "headers without end", b"HTTP/1.1 200 OK\r\n" + b"X-More: a\r\n" * 50_000
        yield "no HTTP", b"\x15\x03\x01\x00\x02\x02\x16"
        yield "HTTP/0.9", body
        yield "HTTP/9.9", b"HTTP/9.9 200 OK\r\n\r\n" + body

    warnings: list[str] = []
    async with open_trace(tmp_path / "trace", at_once, lambda: NOW, warnings.append) as trace:
        tracer = trace.of("default", STREAMS.values(), (), ())
        await assert_never_our_mistake(feed_of("activity"), answers(), tracer, max_answer=1_000_000)
    assert warnings == []


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("value", ['"null"', '"None"', '"NULL"', '" none "', '"undefined"', "false", "0", '""', "{}"])
async def test_a_word_for_none_ends_a_list(feed_of: FeedOf, name: str, value: str) -> None:
    """In any letter case, since no cursor is so short; the same for empty values."""
    form = GRAPHQL["endCursor"].replace("true", "false") if name == "unified_alert" else REST["nextCursor"]
    console = OddConsole()
    console.odd = filled(form, value)
    async with wired(feed_of(name), console) as feed:
        [outcome, *_] = await polled(feed)
        assert outcome.error is None
        assert all(asked.cursor is None for asked in console.asked if asked.path != "/system/status")


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("value", ["true", "1.5", '["a"]', '{"a": 1}', r'"\ud800"', json.dumps("x" * 200_000)])
async def test_a_cursor_that_cannot_be_sent_is_no_end(feed_of: FeedOf, name: str, value: str) -> None:
    """What the page holds is delivered, but the list was not read to its end: the poll failed, and nothing is gone."""
    form = GRAPHQL["endCursor"] if name == "unified_alert" else REST["nextCursor"]
    console = OddConsole()
    console.odd = filled(form, value)
    async with wired(feed_of(name), console) as feed:
        [outcome, *_] = await polled(feed)
        assert "returned a next page that can't be requested" in str(outcome.error)
        assert outcome.counts.delivered == 1
        assert (await feed.checkpoints.rounds(feed.walk(LIVE))).completed == 0


@pytest.mark.parametrize("odd", ["x" * 100_000, "\u0000\u0007\u202e", "../../users", "a/b?c=d&e#f", ""])
@pytest.mark.parametrize("name", ["application", "threat_event"])
async def test_an_item_whose_name_no_address_takes_costs_the_others_nothing(
    feed_of: FeedOf, name: str, odd: str
) -> None:
    """A name is data: too long for an address it fails its own item, whatever else is in it is asked for as it is."""
    first = {**record(odd), "applicationName": odd}

    def answers(asked: Asked) -> bytes:
        is_item = asked.path.endswith(("/endpoints", "/explore/events"))
        return page(record("event")) if is_item else page(first, record("2"))

    console = WiredConsole(answers)
    async with wired(feed_of(name), console) as feed:
        [outcome, *_] = await polled(feed)
        assert outcome.error is None
        assert len(outcome.failed) <= 1
        assert outcome.counts.delivered >= 1
        assert any("2" in asked.path or "app 2" in asked.params.values() for asked in console.asked)
