"""Records larger than a server ever takes: dead letters with that reason, and nothing waits behind them."""

from collections.abc import AsyncIterator, Iterator

import pytest

from servers.running import Running
from tests.services.conftest import started
from tests.services.searching import Rig, rigged

# So little that no test needs more than some MB. The one is answered by 413, the other by 429.
NARROW = {"http.max_content_length": "6mb", "indexing_pressure.memory.limit": "4mb"}


@pytest.fixture(params=["elasticsearch", "opensearch"], scope="module")
def narrow_server(request: pytest.FixtureRequest) -> Iterator[Running]:
    """A server that takes little at a time."""
    with started(request.param, settings=NARROW) as server:
        yield server


@pytest.fixture
async def rig(narrow_server: Running, namespace: str) -> AsyncIterator[Rig]:
    """Outputs for a server that takes little at a time."""
    async with rigged(narrow_server, namespace) as made:
        yield made


async def test_what_a_server_can_never_take_is_refused(rig: Rig) -> None:
    """A document beyond either limit is refused with the server's reason; a bulk beyond one is parted, and arrives."""
    output = rig.output()
    some, more = [f"some {number}" for number in range(12)], [f"more {number}" for number in range(12)]
    pressing, huge = (
        rig.batch(name, message="x" * size) for name, size in (("pressing", 4_800_000), ("huge", 8_000_000))
    )
    batch = rig.of(
        rig.batch(*some, message="x" * 300_000).documents,
        pressing.documents,
        huge.documents,
        rig.batch(*more).documents,
    )
    reasons = {each.id: each.reason for each in (await output.deliver(batch)).refused}
    assert set(reasons) == {"pressing", "huge"}
    assert "rejected_execution_exception" in reasons["pressing"]
    assert "http.max_content_length" in reasons["huge"]
    assert rig.copies() == dict.fromkeys([*some, *more], 1)
    # Each by itself, as the head of a spool.
    for each in (pressing, huge):
        [refused] = (await output.deliver(each)).refused
        assert refused.document == each.documents[0][1]
    # A delivery waits at most once for a server that is busy, which is said as it begins and ends.
    assert len(rig.said) <= 3 * 2
