"""The outbox of every kind of state: documents wait in their order, and leave once."""

from datetime import timedelta
from functools import partial

import pytest

from s1ecs.state.outbox import AUDIT_STREAM, MOST_BYTES, OutboxDocument, Waiting
from s1ecs.state.state import State

from .kinds import NOW, Kind


def document(identity: str, stream: str = "alert", size: int = 0) -> OutboxDocument:
    """Return a document that waits, of `size` bytes more than its id."""
    return OutboxDocument("one", "default", stream, identity, f'{{"a": "{identity}{"x" * size}"}}', None)


async def fill(state: State, kind: Kind, *documents: OutboxDocument, output: str = "out", minutes: int = 0) -> None:
    """Let documents wait."""
    time = NOW + timedelta(minutes=minutes)
    await state.run(lambda transaction: kind.outbox().append(transaction, output, documents, time))


async def taken(state: State, kind: Kind, output: str = "out") -> list[str]:
    """Take the first piece out; return its ids."""
    piece = await state.run(lambda transaction: kind.outbox().first(transaction, output))
    if piece is None:
        return []
    removed = await state.run(lambda transaction: kind.outbox().remove(transaction, output, piece))
    assert removed == len(piece.rows)
    assert await state.run(lambda transaction: kind.outbox().remove(transaction, output, piece)) == 0
    return [each.id for each in piece.documents]


async def test_documents_leave_in_their_order_and_once(state: State, kind: Kind) -> None:
    """A piece is of one feed, has no id twice, and what is removed is not there again."""
    await fill(state, kind, document("1"), document("2"), document("1"), document("3", "threat"), document("4"))
    pieces = [await taken(state, kind) for _ in range(5)]
    assert pieces == [["1", "2"], ["1"], ["3"], ["4"], []]


async def test_a_piece_has_a_bounded_size(state: State, kind: Kind) -> None:
    """A piece is no larger than its bound, but for a document that is larger alone."""
    half = MOST_BYTES // 2
    await fill(state, kind, document("1", size=half), document("2", size=half), document("3", size=MOST_BYTES))
    assert [await taken(state, kind) for _ in range(3)] == [["1"], ["2"], ["3"]]


async def test_outputs_wait_apart(state: State, kind: Kind) -> None:
    """What waits for an output is counted, and found by id, for this output alone."""
    await fill(state, kind, document("1"), document("2"))
    await fill(state, kind, document("1"), output="other")
    outbox = kind.outbox()
    size = len(document("1").document)
    assert await state.run(outbox.outputs) == ["other", "out"]
    assert await state.run(partial(outbox.waiting, output="out")) == Waiting(2, 2 * size)
    among = partial(outbox.among, output="other", feed=("one", "default", "alert"), ids=["1", "2", "3"])
    assert await state.run(among) == {"1"}
    assert await taken(state, kind, "other") == ["1"]
    assert await state.run(outbox.outputs) == ["out"]
    assert await state.run(partial(outbox.waiting, output="other")) == Waiting()


async def test_documents_of_actions_are_no_backlog(state: State, kind: Kind) -> None:
    """The backlog is what else waits, and how long its oldest does."""
    outbox = kind.outbox()
    await fill(state, kind, document("action", AUDIT_STREAM))
    assert await state.run(partial(outbox.backlog, output="out")) is None
    await fill(state, kind, document("1"), minutes=5)
    await fill(state, kind, document("2"), minutes=6)
    backlog = await state.run(partial(outbox.backlog, output="out"))
    assert backlog is not None
    assert (backlog.waiting.documents, backlog.since) == (2, NOW + timedelta(minutes=5))


async def test_a_transaction_that_fails_changes_nothing(state: State, kind: Kind) -> None:
    """What was appended or removed in it waits as before."""
    outbox = kind.outbox()
    await fill(state, kind, document("1"))

    def fail(transaction: object) -> None:
        piece = outbox.first(transaction, "out")
        assert piece is not None
        outbox.remove(transaction, "out", piece)
        outbox.append(transaction, "out", [document("2")], NOW)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await state.run(fail)
    assert await taken(state, kind) == ["1"]
    assert await taken(state, kind) == []
