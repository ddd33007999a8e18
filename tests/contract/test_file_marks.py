"""Marks of files: how far they are good, by writer."""

from functools import partial

from s1ecs.state.file_marks import FileMark
from s1ecs.state.state import State
from s1ecs.state.transaction import Transaction

OPEN = FileMark("alert", 2, "alert-000002.ndjson", 7, "2026-01-31T12:00:00Z")
CLOSED = FileMark("threat", 1, None, 0, "")


async def test_marks_belong_to_their_writer(state: State) -> None:
    """A writer's marks and batches come back, and open files of all writers are told by stream."""

    def save(transaction: Transaction, writer: str, batches: int) -> None:
        marks = state.file_marks.of(transaction, writer)
        assert marks.of("alert") == FileMark("alert", 0, None, 0, "")
        marks.save(OPEN._replace(bytes=1))
        marks.save(OPEN)
        marks.save(CLOSED)
        marks.set_batches(batches)
        assert marks.batches == batches

    for number, writer in enumerate(("a", "b"), 3):
        await state.run(partial(save, writer=writer, batches=number))

    def read(transaction: Transaction) -> None:
        of_b = state.file_marks.of(transaction, "b")
        assert (of_b.batches, of_b.of("alert"), sorted(of_b.every())) == (4, OPEN, [OPEN, CLOSED])
        assert state.file_marks.of(transaction, "new").batches == 0
        assert state.file_marks.good_bytes(transaction, "threat") == {}
        good = state.file_marks.good_bytes(transaction, "alert")
        assert good == {("a", "alert-000002.ndjson"): 7, ("b", "alert-000002.ndjson"): 7}

    await state.run(read)
