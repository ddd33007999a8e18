"""Whose state a console of the settings goes on with."""

import pytest

from s1ecs.collect.consoles.state_choice import Admit, Rename, SeenConsole, Unclear, Wait, decide
from s1ecs.state.consoles import KnownConsole

A, B = frozenset({"account:1"}), frozenset({"account:2"})
SITE = frozenset({"site:7"})
NONE = frozenset[str]()
OLD = KnownConsole("old", "old", "a.example", A)


def seen(name: str, ids: frozenset[str] | None = A, *, address: str = "a.example", scope: str = "") -> SeenConsole:
    """A console as it shows itself."""
    return SeenConsole(name, address, ids, scope)


@pytest.mark.parametrize(
    ("known", "now", "expected"),
    [
        (OLD, seen("old"), Admit),
        (OLD, seen("old", address="b.example"), Admit),
        (OLD, seen("old", A | B, address="b.example"), Admit),
        (OLD, seen("old", SITE), Admit),
        (OLD, seen("old", NONE), Admit),
        (OLD, seen("old", None), Admit),
        (OLD, seen("old", B), Unclear),
        (OLD, seen("old", B, address="b.example"), Unclear),
        (OLD, seen("old", NONE, address="b.example"), Unclear),
        (OLD, seen("old", SITE, address="b.example"), Unclear),
        (OLD, seen("old", None, address="b.example"), Wait),
        (KnownConsole("old", "old"), seen("old", B, address="b.example"), Admit),
    ],
)
def test_a_name_that_is_known(known: KnownConsole, now: SeenConsole, expected: type) -> None:
    """Its own ids decide, else its address; only a console that does not answer is waited for."""
    assert type(decide(now, [known], collected=True, addresses={"old": now.address})) is expected


@pytest.mark.parametrize(
    ("known", "now", "addresses", "expected"),
    [
        ([OLD], seen("new"), {}, Rename),
        ([OLD], seen("new", address="b.example"), {}, Rename),
        ([OLD], seen("new", NONE), {}, Rename),
        ([OLD], seen("new", None), {}, Rename),
        ([OLD], seen("new", B), {}, Admit),
        ([OLD], seen("new", NONE, address="b.example"), {}, Admit),
        ([OLD], seen("new", None, address="b.example"), {}, Wait),
        ([OLD], seen("new"), {"old": "a.example"}, Admit),
        ([OLD], seen("new"), {"old": "c.example"}, Unclear),
        ([OLD], seen("new", scope="7"), {}, Unclear),
        ([OLD, KnownConsole("older", "older", "a.example", A)], seen("new"), {}, Unclear),
        ([OLD, KnownConsole("older", "older", "a.example", A, "7")], seen("new", scope="7"), {}, Rename),
        ([], seen("new", None), {}, Admit),
        ([KnownConsole("old", "old")], seen("new", None), {}, Admit),
    ],
)
def test_a_name_without_a_state(
    known: list[KnownConsole], now: SeenConsole, addresses: dict[str, str], expected: type
) -> None:
    """It is the renamed console where exactly one that left the settings is the same, else new."""
    decision = decide(now, known, collected=False, addresses={"new": now.address, **addresses})
    assert type(decision) is expected


def test_a_state_from_before_identities_were_kept_is_learned() -> None:
    """A name that was collected before is asked nothing."""
    assert decide(seen("new"), [OLD], collected=True, addresses={"new": "a.example"}) == Admit(learn=True)


def test_an_action_token_may_be_of_another_scope() -> None:
    """At the known address nothing is asked of the token that acts; elsewhere it is as for the other."""
    acting = {"collected": True, "addresses": {"old": "a.example"}, "acts": True}
    assert decide(seen("old", None), [OLD], **acting) == Admit(learn=False)  # type: ignore[arg-type]
    elsewhere = seen("old", B, address="b.example")
    assert isinstance(decide(elsewhere, [OLD], **acting), Unclear)  # type: ignore[arg-type]
