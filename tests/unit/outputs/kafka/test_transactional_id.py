"""Transactional ids: one for each process, used again by the next."""

from pathlib import Path

from s1ecs.outputs.kafka.transactional_id import TransactionalIds
from s1ecs.state.sqlite.leases import SqliteLeases


async def test_processes_side_by_side_have_different_ids(tmp_path: Path) -> None:
    """Two that write at the same time don't fence each other; the next process has the id of one that ended."""
    ids = TransactionalIds("kafka", "state", SqliteLeases(tmp_path))
    async with ids.held() as first:
        async with ids.held() as second:
            assert (first, second) == ("s1ecs-state-kafka-0", "s1ecs-state-kafka-1")
        async with ids.held() as third:
            assert third == second
    async with ids.held() as fourth:
        assert fourth == first


async def test_without_a_state_nobody_has_the_same() -> None:
    """A process without a state folder has no id that another could have."""
    ids = TransactionalIds("kafka")
    async with ids.held() as one, ids.held() as two:
        assert one != two
