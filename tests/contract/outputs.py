"""The contract of outputs: one suite that every output passes, each in a `Subject` of its own."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

import orjson
import pytest

from s1ecs.errors import OutputError
from s1ecs.outputs.output import Batch, Delivered, LookupMode, Output, acknowledge, lookup_of
from s1ecs.state.sqlite.database import Database
from s1ecs.state.sqlite.output_marks import SqliteOutputMarks
from s1ecs.state.transaction import Transaction

MARKS = SqliteOutputMarks()


class Subject(ABC):
    """One output under test: `output` as one process has it, and `another` as the next process makes it.

    `keeps` tells whether anybody can find what was delivered, `breaks` whether the destination can be unusable,
    `remembers` whether the next process knows what an output showed that nobody committed.
    """

    keeps = True
    breaks = True
    remembers = False

    def __init__(self, database: Database) -> None:
        self.database = database
        self.output = self.another()

    @abstractmethod
    def another(self) -> Output:
        """Make the output as a process that begins has it."""

    @abstractmethod
    async def contents(self) -> list[str]:
        """Return the ids that a reader finds, those twice that are there twice."""

    def broken(self) -> AbstractAsyncContextManager[None]:
        """Keep the destination unusable."""
        raise NotImplementedError

    def batch(self, *names: str) -> Batch:
        """Make a batch of documents with these ids."""
        documents = [(name, {"@timestamp": "2026-01-02T10:00:00.000Z", "labels": {"name": name}}) for name in names]
        return Batch("default", "default", "alert", documents)

    def refused(self) -> tuple[str, Mapping[str, Any]]:
        """Return a document that the output refuses, if it refuses any."""
        return ("refused", {"@timestamp": "2026-01-02T10:00:00.000Z", "labels": "not an object"})

    async def begin(self, output: Output) -> None:
        """Open an output from the mark of the last commit."""
        await output.open(await self.database.run(partial(MARKS.load, output=output.name)))

    async def commit(self, output: Output, delivered: Delivered) -> None:
        """Commit as collecting does."""

        def save(transaction: Transaction) -> None:
            for write in delivered.writes:
                write(transaction)
            MARKS.save(transaction, output.name, delivered.mark)

        await self.database.run(save)
        batch = self.batch()
        acknowledge(output, batch.console, batch.namespace, batch.stream)

    async def give(self, output: Output, batch: Batch) -> Delivered:
        """Deliver what the output lacks by its own word, as collecting does, and commit."""
        delivered = await output.deliver(await self.lacking(output, batch))
        await self.commit(output, delivered)
        return delivered

    async def lacking(self, output: Output, batch: Batch) -> Batch:
        """Return a batch without the documents that the output holds by its own word."""
        asked = lookup_of(output, reading=True)
        if asked is None:
            return batch
        ids = [identity for identity, _ in batch.documents]
        held = await asked.present(batch.console, batch.namespace, batch.stream, ids, for_now=True)
        documents = [pair for pair in batch.documents if pair[0] not in held]
        return Batch(batch.console, batch.namespace, batch.stream, documents)

    async def recover(self, output: Output) -> None:
        """Let what waits for the output arrive; nothing waits where there is no outbox."""
        assert not output.capabilities.spooled


class OutputContract:
    """The truths that hold for every output."""

    async def test_what_is_delivered_and_committed_is_there(self, subject: Subject) -> None:
        """A reader finds each document of each batch once, and still does when the output is closed."""
        await subject.begin(subject.output)
        for batch in (subject.batch("a", "b"), subject.batch("c")):
            assert not (await subject.give(subject.output, batch)).refused
        await subject.output.close()
        assert sorted(await subject.contents()) == (["a", "b", "c"] if subject.keeps else [])

    async def test_it_can_be_opened_again(self, subject: Subject) -> None:
        """A process that begins goes on where the last one ended; an output without a document closes as well."""
        for name in ("", "a", "b"):
            output = subject.another()
            await subject.begin(output)
            if name:
                await subject.give(output, subject.batch(name))
            await output.close()
        assert sorted(await subject.contents()) == (["a", "b"] if subject.keeps else [])

    async def test_the_same_batch_twice_is_there_once(self, subject: Subject) -> None:
        """An output that tells what it holds, or goes by ids, keeps one copy; also when the next process asks."""
        if subject.output.capabilities.lookup is LookupMode.NONE:
            await subject.begin(subject.output)
            await subject.give(subject.output, subject.batch("a"))
            await subject.output.close()
            assert await subject.contents() == (["a"] if subject.keeps else [])
            return
        for output in (subject.output, subject.another()):
            await subject.begin(output)
            for _ in range(2):
                await subject.give(output, subject.batch("a", "b"))
            await output.close()
        assert sorted(await subject.contents()) == ["a", "b"]

    async def test_a_batch_that_was_not_committed_comes_again_and_is_there_once(self, subject: Subject) -> None:
        """What a crash, or another output, kept from its commit is delivered again, and nobody finds it twice."""
        await subject.begin(subject.output)
        await subject.give(subject.output, subject.batch("before"))
        await subject.output.deliver(subject.batch("a", "b"))
        if subject.output.capabilities.transactional:
            assert await subject.contents() == ["before"]
        # Most outputs that show documents at once remember what they showed only as long as their process lives.
        forgets = subject.output.capabilities.acknowledged and not subject.remembers
        output = subject.output if forgets else subject.another()
        if output is not subject.output:
            await subject.output.close()
            await subject.begin(output)
        await subject.give(output, subject.batch("a", "b"))
        await output.close()
        assert sorted(await subject.contents()) == (["a", "b", "before"] if subject.keeps else [])

    async def test_what_fails_in_the_commit_is_nowhere(self, subject: Subject) -> None:
        """A transactional output keeps nothing of a commit that failed behind its writes."""
        if not subject.output.capabilities.transactional:
            assert not (await subject.output.deliver(subject.batch("a"))).writes
            return
        await subject.begin(subject.output)
        delivered = await subject.output.deliver(subject.batch("lost"))

        def fail(_: Transaction) -> None:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await subject.commit(subject.output, Delivered(writes=[*delivered.writes, fail]))
        await subject.give(subject.output, subject.batch("a"))
        await subject.output.close()
        assert await subject.contents() == ["a"]

    async def test_refused_documents_come_back_with_reasons(self, subject: Subject) -> None:
        """An output that refuses takes the others of the batch; one that does not refuse takes all."""
        await subject.begin(subject.output)
        good = subject.batch("a", "b")
        odd = subject.refused()
        documents = [good.documents[0], odd, good.documents[1]]
        delivered = await subject.give(
            subject.output, Batch(good.console, good.namespace, good.stream, documents, good.things)
        )
        await subject.output.close()
        if subject.output.capabilities.refuses:
            [refused] = delivered.refused
            assert (refused.id, refused.document) == odd
            assert refused.reason
            assert sorted(await subject.contents()) == ["a", "b"]
        else:
            assert not delivered.refused
            assert len(await subject.contents()) == (3 if subject.keeps else 0)

    async def test_its_mark_is_json_and_comes_back(self, subject: Subject) -> None:
        """What deliveries changed of the mark is what the next process opens with, through JSON and the state."""
        await subject.begin(subject.output)
        expected: dict[str, Any] = {}
        for name in ("a", "b"):
            delivered = await subject.give(subject.output, subject.batch(name))
            assert orjson.loads(orjson.dumps(dict(delivered.mark))) == delivered.mark
            expected |= delivered.mark
        await subject.output.close()
        assert await subject.database.run(partial(MARKS.load, output=subject.output.name)) == expected
        output = subject.another()
        await subject.begin(output)
        await subject.give(output, subject.batch("c"))
        await output.close()
        assert sorted(await subject.contents()) == (["a", "b", "c"] if subject.keeps else [])

    async def test_a_lookup_tells_the_truth(self, subject: Subject) -> None:
        """Of the ids asked for those of delivered documents come back, none else; none where nothing was delivered."""
        asked = lookup_of(subject.output, reading=True)
        if asked is None:
            assert subject.output.capabilities.lookup is LookupMode.NONE
            return
        await subject.begin(subject.output)
        batch = subject.batch("a", "b")
        feed = (batch.console, batch.namespace, batch.stream)
        for for_now in (False, True):
            assert await asked.present(*feed, ["a", "b", "c"], for_now=for_now) == frozenset()
        await subject.give(subject.output, batch)
        for for_now in (False, True):
            assert await asked.present(*feed, ["a", "b", "c"], for_now=for_now) == {"a", "b"}
            assert await asked.present(*feed, ["c"], for_now=for_now) == frozenset()
        await subject.output.close()

    async def test_a_check_is_well_before_and_between_documents(self, subject: Subject) -> None:
        """While nothing is wrong a check raises nothing, and takes nothing away."""
        await subject.begin(subject.output)
        await subject.output.check()
        await subject.give(subject.output, subject.batch("a"))
        await subject.output.check()
        await subject.give(subject.output, subject.batch("b"))
        await subject.output.close()
        assert sorted(await subject.contents()) == (["a", "b"] if subject.keeps else [])

    async def test_an_unusable_destination_is_an_output_error_and_comes_back(self, subject: Subject) -> None:
        """While the destination is unusable nothing is lost; when it is back the same batch arrives, once."""
        await subject.begin(subject.output)
        await subject.give(subject.output, subject.batch("before"))
        if not subject.breaks:
            await subject.output.close()
            return
        async with subject.broken():
            if subject.output.capabilities.spooled:
                await subject.give(subject.output, subject.batch("a"))
            else:
                with pytest.raises(OutputError):
                    await subject.give(subject.output, subject.batch("a"))
        await subject.recover(subject.output)
        if not subject.output.capabilities.spooled:
            await subject.give(subject.output, subject.batch("a"))
        await subject.output.close()
        assert sorted(await subject.contents()) == ["a", "before"]

    async def test_its_name_is_the_next_processs_too(self, subject: Subject) -> None:
        """Dead letters, marks and the outbox find the output again by its name."""
        assert subject.output.name
        assert subject.another().name == subject.output.name
