"""What of a batch goes into the index of latest states."""

from s1ecs.outputs.output import Batch, Entity
from s1ecs.outputs.search.latest_state import latest_states


def batch(console: str = "one", **things: Entity) -> Batch:
    """A batch of three documents, of which `things` are the latest states."""
    documents = [(identity, {"message": identity}) for identity in ("a", "b", "c")]
    return Batch(console, "default", "agent", documents, things)


def test_one_document_a_thing_by_the_time_of_its_state() -> None:
    """Only latest states go there, by an id of their own, with their time as version, so that no older one wins."""
    found = latest_states(batch(b=Entity("host", 1_700_000_000_123)))
    assert [(each.id, each.document) for each in found] == [("b", {"message": "b"})]
    about = dict(found[0].action["index"])
    assert about.pop("_id") not in {"a", "b", "c", "host"}
    assert about == {
        "_index": "sentinel_one-agent-latest-default",
        "version": 1_700_000_000_123,
        "version_type": "external_gte",
    }


def test_a_thing_keeps_its_id_and_consoles_do_not_share_one() -> None:
    """Each later state of a thing replaces the one before, but never that of a thing of another console."""

    def identity(found: Batch) -> str:
        return str(latest_states(found)[0].action["index"]["_id"])

    first = identity(batch(a=Entity("host", 1)))
    assert identity(batch(b=Entity("host", 2))) == first
    assert identity(batch("two", a=Entity("host", 1))) != first


def test_streams_without_things_have_none() -> None:
    """Documents that are no state of anything go to the data stream alone."""
    assert latest_states(batch()) == []
