"""The search output where a server answers what real ones seldom do."""

from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from s1ecs.errors import OutputError
from s1ecs.outputs.output import Batch
from s1ecs.outputs.search.client.server import Reply
from s1ecs.outputs.search.output import SearchEnvironment, SearchOutput
from s1ecs.records import ExactInteger

from .fake_server import Answer, FakeServer

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


class Rig:
    """An output before a fake server; `said` is its log, `slept` how long it waited."""

    def __init__(self, server: FakeServer) -> None:
        self.said: list[str] = []
        self.slept: list[float] = []

        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        around = SearchEnvironment(
            now=lambda: NOW,
            clock=lambda: 0.0,
            rng=Random(1),  # noqa: S311 - chance for waiting
            warn=self.said.append,
            tell=self.said.append,
            sleep=sleep,
        )
        self.output = SearchOutput(server, around)


def batch(*ids: str, **fields: Any) -> Batch:
    """A batch of alerts."""
    return Batch("one", "default", "alert", [(each, {"@timestamp": "2026-01-01T00:00:00Z"} | fields) for each in ids])


def statuses(*given: int) -> Reply:
    """A bulk answer of items with these statuses."""
    return Reply(200, {"items": [{"create": {"status": status, "error": {"type": "x"}}} for status in given]})


def in_turn(*replies: Reply | None) -> Answer:
    """One answer after the other, then success."""
    left = iter(replies)
    return lambda *_: next(left, None)


async def test_only_what_was_not_taken_is_sent_again() -> None:
    """Of a bulk the busy ones go again, for as long as it takes, each wait longer; said once, and once when over."""
    server = FakeServer(in_turn(statuses(201, 429, 500), statuses(429, 429), Reply(503, retry_after=9999.0), None))
    rig = Rig(server)
    assert (await rig.output.deliver(batch("a", "b", "c"))).refused == ()
    assert server.bulks == [["a", "b", "c"], ["b", "c"], ["b", "c"], ["b", "c"]]
    assert 0 < rig.slept[0] < rig.slept[1] < 60.0 == rig.slept[2]
    assert rig.said == [
        "search: busy or unavailable, documents are retried until it accepts them: HTTP 429: x; HTTP 500: x",
        "search: accepts documents again",
    ]


async def test_the_size_that_a_server_takes_is_remembered() -> None:
    """After a 413 what comes later is cut to that size at once, and no request is in vain."""
    server = FakeServer(lambda _path, _query, ids: Reply(413) if len(ids) > 2 else None)
    rig = Rig(server)
    await rig.output.deliver(batch("a", "b", "c", "d", text="x" * 1000))
    assert server.bulks == [["a", "b", "c", "d"], ["a", "b"], ["c", "d"]]
    server.bulks.clear()
    await rig.output.deliver(batch("e", "f", "g", "h", text="x" * 1000))
    assert sorted(server.bulks) == [["e", "f"], ["g", "h"]]


async def test_a_stop_ends_the_delivery() -> None:
    """Where one document is stopped nothing is refused, and the delivery ends with that line."""
    rig = Rig(FakeServer(in_turn(statuses(201, 403, 400))))
    with pytest.raises(OutputError, match=r"^search: the user is not allowed to write there"):
        await rig.output.deliver(batch("a", "b", "c"))


async def test_failure_store_is_asked_about() -> None:
    """What of an answer is looked at holds the failure store, so that what went there does not count as delivered."""
    used = {"status": 201, "_index": ".ds-x", "failure_store": "used"}
    server = FakeServer(in_turn(Reply(200, {"items": [{"create": used}]})))
    [refused] = (await Rig(server).output.deliver(batch("a"))).refused
    assert refused.id == "a"
    assert "items.*.failure_store" in server.queries[0]["filter_path"].split(",")


async def test_older_elasticsearch() -> None:
    """A server that does not know require_data_stream is asked without it from then on."""
    unknown = {"type": "illegal_argument_exception", "reason": "contains unrecognized parameter: [require_data_stream]"}
    server = FakeServer(in_turn(Reply(400, {"error": unknown})))
    rig = Rig(server)
    for name in ("a", "b"):
        await rig.output.deliver(batch(name))
    assert ["require_data_stream" in query for query in server.queries] == [True, False, False]
    assert {query["pipeline"] for query in server.queries} == {"_none"}


@pytest.mark.parametrize("answer", [Reply(200), Reply(200, {"items": []}), Reply(200, {"items": {}})])
async def test_an_answer_without_items(answer: Reply) -> None:
    """A success that tells nothing of the documents is none."""
    rig = Rig(FakeServer(in_turn(answer)))
    with pytest.raises(OutputError, match="not from a search server"):
        await rig.output.deliver(batch("a"))


async def test_odd_values_travel() -> None:
    """Unpaired surrogates and integers beyond 64 bits break no request."""
    server = FakeServer()
    odd = batch("a", message="\ud800!", number=ExactInteger("123456789012345678901234567890"))
    await Rig(server).output.deliver(odd)
    [[document]] = server.bodies
    assert document["message"] == "\ufffd!"
    assert document["number"] == pytest.approx(123456789012345678901234567890)
    assert document["event"] == {"ingested": "2026-01-31T12:00:00.000Z"}
    assert odd.documents[0][1].get("event") is None
