"""Documents that a server refuses alone, and servers that are only busy: which becomes a dead letter, and when."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from s1ecs.errors import OutputError
from s1ecs.outputs.output import Batch, RefusedDocument
from s1ecs.outputs.search.client.server import Reply
from s1ecs.outputs.search.output import SearchEnvironment, SearchOutput

from .fake_server import FakeServer

LARGE = "x" * 1_500_000
HOUR = 3_600.0


class GaveUp(Exception):
    """The test waited long enough."""


class Rig:
    """An output before a server that answers each bulk of some ids so; `clock` runs while it waits, `most` seconds."""

    def __init__(self, answer: Callable[[list[str]], Reply | None], most: float = 3 * HOUR) -> None:
        self.clock = 0.0
        self.most = most
        self.server = FakeServer(lambda _path, _query, ids: answer(ids))

        async def sleep(seconds: float) -> None:
            self.clock += seconds
            if self.clock > self.most:
                raise GaveUp

        around = SearchEnvironment(
            now=lambda: datetime(2026, 1, 31, tzinfo=UTC),
            clock=lambda: self.clock,
            rng=Random(1),  # noqa: S311 - chance for waiting
            warn=lambda _: None,
            tell=lambda _: None,
            sleep=sleep,
        )
        self.output = SearchOutput(self.server, around)

    async def refused(self, *documents: tuple[str, str]) -> list[RefusedDocument]:
        """Deliver documents with these messages; what is refused of them."""
        found: list[tuple[str, dict[str, Any]]] = [(name, {"message": text}) for name, text in documents]
        return [*(await self.output.deliver(Batch("one", "default", "alert", found))).refused]


def without(name: str, reply: Reply) -> Callable[[list[str]], Reply | None]:
    """A server that takes everything but requests with this document."""
    return lambda ids: reply if name in ids else None


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_large_document_that_is_refused_alone_for_long(status: int) -> None:
    """Of many documents one is answered by "later" for ten minutes, others are taken: it is refused, with that."""
    rig = Rig(without("large", Reply(status, is_json=False)))
    others = [(f"n{number}", "small") for number in range(40)]
    [refused] = await rig.refused(*others[:20], ("large", LARGE), *others[20:])
    assert refused.id == "large"
    assert f"HTTP {status}" in refused.reason
    assert rig.clock >= 600
    # It was found by parting what it was among.
    assert {each for bulk in rig.server.bulks for each in bulk} == {"large", *dict(others)}
    assert ["large"] in rig.server.bulks


async def test_a_large_document_with_nothing_beside_it() -> None:
    """Where no other document tells, as behind it in a spool, it takes an hour."""
    rig = Rig(without("large", Reply(429, is_json=False)))
    [refused] = await rig.refused(("large", LARGE))
    assert refused.id == "large"
    assert rig.clock >= HOUR


async def test_what_was_tried_before_counts() -> None:
    """A delivery that is given up and comes again, as behind a spool, goes on counting."""
    rig = Rig(without("large", Reply(429, is_json=False)), most=HOUR / 2)
    with pytest.raises(GaveUp):
        await rig.refused(("large", LARGE))
    assert await rig.refused(("small", "small")) == []
    rig.most = 2 * HOUR
    before = rig.clock
    [refused] = await rig.refused(("large", LARGE))
    assert refused.id == "large"
    assert rig.clock - before < 120


@pytest.mark.parametrize("status", [429, 503])
async def test_a_busy_server_makes_no_dead_letters(status: int) -> None:
    """A small document that is turned away for hours, while others are taken, waits; so does everything it refuses."""
    rig = Rig(without("small", Reply(status, is_json=False)))
    with pytest.raises(GaveUp):
        await rig.refused(("small", "small"), ("other", "small"))
    rig = Rig(lambda _: Reply(status, is_json=False))
    with pytest.raises(GaveUp):
        await rig.refused(*((f"n{number}", "small") for number in range(10)))


async def test_a_busy_server_gets_time_for_a_large_document() -> None:
    """A large document is sent until it is taken while the server is busy for less than ten minutes."""
    rig = Rig(lambda _: None)
    rig.server = FakeServer(lambda _path, _query, ids: Reply(429) if "large" in ids and rig.clock < 500 else None)
    around = rig.output._around
    output = SearchOutput(rig.server, around)
    batch = Batch("one", "default", "alert", [("large", {"message": LARGE}), ("small", {"message": "small"})])
    assert (await output.deliver(batch)).refused == ()
    assert rig.clock >= 500


@pytest.mark.parametrize("name", ["es_rejected_execution_exception", "rejected_execution_exception"])
async def test_a_limit_that_the_server_tells(name: str) -> None:
    """What adds more than the limit by itself is refused at once; what others' requests leave no room for waits."""

    def told(under_way: int, added: int) -> Reply:
        reason = (
            f"rejected execution of primary operation [coordinating_and_primary_bytes={under_way}, replica_bytes=0, "
            f"all_bytes={under_way}, primary_operation_bytes={added}, max_primary_bytes=4000000]"
        )
        error = {"type": name, "reason": reason}
        return Reply(200, {"items": [{"create": {"status": 429, "error": error}}]})

    for under_way, added in ((0, 5_000_000), (1_600_000, 3_000_000)):
        rig = Rig(without("large", told(under_way, added)))
        [refused] = await rig.refused(("large", LARGE))
        assert "larger than the server accepts" in refused.reason
        assert rig.clock == 0
    answers = iter([told(3_500_000, 3_000_000)])
    rig = Rig(lambda _: next(answers, None))
    assert await rig.refused(("large", LARGE)) == []


async def test_a_refusal_of_every_request_is_no_documents_fault() -> None:
    """Where nothing is taken, whatever goes alone, the output stops with the answer, after a handful of requests."""
    rig = Rig(lambda _: Reply(403, is_json=False))
    with pytest.raises(OutputError, match="the user is not allowed to do this"):
        await rig.refused(*((f"n{number}", "small") for number in range(900)))
    assert len(rig.server.bulks) < 40


async def test_a_text_that_something_before_the_server_refuses() -> None:
    """One document that a firewall refuses by its text is refused; the others arrive."""
    rig = Rig(without("attack", Reply(403, is_json=False)))
    others = [(f"n{number}", "small") for number in range(100)]
    [refused] = await rig.refused(*others[:70], ("attack", "' OR 1=1"), *others[70:])
    assert refused.id == "attack"


async def test_a_new_kind_of_refusal_beside_documents_that_are_taken() -> None:
    """An unheard-of error of one item, while others of its request are taken, is that document's; alone it stops."""

    def answer(ids: list[str]) -> Reply:
        error = {"type": "unheard_of_exception", "reason": "no"}
        return Reply(
            200,
            {"items": [{"create": {"status": 400, "error": error} if i == "odd" else {"status": 201}} for i in ids]},
        )

    rig = Rig(answer)
    [refused] = await rig.refused(("a", ""), ("odd", ""), ("b", ""))
    assert refused.id == "odd"
    with pytest.raises(OutputError, match="unheard_of_exception"):
        await rig.refused(("odd", ""))


async def test_one_large_document_makes_no_later_request_small() -> None:
    """After a document beyond the limit for requests, what comes later goes in requests as large as before."""

    class Limited(FakeServer):
        async def request(self, method: str, path: str, body: Any = None, **options: Any) -> Reply:
            if isinstance(body, bytes) and len(gzip.decompress(body)) > 3_000_000:
                return Reply(413, is_json=False)
            return await super().request(method, path, body, **options)

    rig = Rig(lambda _: None)
    server = Limited()
    output = SearchOutput(server, rig.output._around)
    documents = [("large", {"message": "x" * 4_000_000}), *((f"n{i}", {"message": "small"}) for i in range(9))]
    [refused] = (await output.deliver(Batch("one", "default", "alert", documents))).refused
    assert refused.id == "large"
    server.bulks.clear()
    later = [(f"m{i}", {"message": "x" * 2_800}) for i in range(900)]
    await output.deliver(Batch("one", "default", "alert", later))
    assert [len(bulk) for bulk in server.bulks] == [900]
