from collections import Counter
from dataclasses import replace
from random import Random

import orjson
import pytest

from chaos import faults
from chaos.difference import Difference, compare, doubled
from chaos.held import Held, held_ids
from chaos.storm import Tally
from chaos.verdict import Verdict
from s1ecs.standin.faults import kinds
from s1ecs.standin.faults.rule import parse

HELD = Held(frozenset("ab"), frozenset("abc"))
GOOD = Verdict((), Tally(kills=4, inside=2), {"reset": 1, "html": 2}, ("reset", "html"), 4, 2)


def test_a_state_that_can_be_read_must_be_there() -> None:
    """What is readable and not delivered is lost; what was replaced may be there or not."""
    assert compare("store", "agent", HELD, Counter("ac")) == Difference("store", "agent", 2, ["b"], [], [])
    assert compare("store", "agent", HELD, Counter("ab")).lost == []


def test_twice_and_never_held_are_doubled() -> None:
    """An id twice counts, and so does a document of nothing that the console held."""
    found = compare("files", "agent", HELD, Counter("aabx"))
    assert (found.lost, found.twice, found.never_held) == ([], ["a"], ["x"])
    assert doubled([found]) == 2


def test_a_good_run_has_no_failures() -> None:
    """With all kills, all kinds of fault, half of the kills inside and nothing missing there is no failure."""
    assert GOOD.failures == []


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (replace(GOOD, faults={"reset": 1}), "never struck: html"),
        (replace(GOOD, tally=Tally(kills=4, inside=1)), "only 1 of 4 kills inside a poll"),
        (replace(GOOD, tally=Tally(kills=3, inside=3)), "only 3 of 4 kills in the time"),
        (replace(GOOD, problems=("the store is damaged",)), "damaged"),
        (replace(GOOD, tally=Tally(kills=4, inside=2, gone={("agent", "x")})), "agent: 1 gone though the console has"),
        (replace(GOOD, differences=(compare("store", "agent", HELD, Counter("a")),)), "store agent: 1 lost, such as b"),
    ],
)
def test_what_makes_a_run_a_failure(bad: Verdict, why: str) -> None:
    """A loss is a failure, and so is a run that did not try what it should have tried."""
    [failure] = bad.failures
    assert why in failure


def test_every_kind_of_fault_is_drawn_and_is_a_rule() -> None:
    """The runs know each kind that the stand-in has, and the stand-in takes every rule they draw."""
    assert set(faults.KINDS) == set(kinds.KINDS)
    random = Random(1)  # noqa: S311 - it hides nothing
    drawn = {rule.kind for _ in range(200) for rule in parse(orjson.dumps(faults.draw(random, {}, 60)))}
    assert drawn == set(kinds.KINDS)


def test_what_struck_least_is_drawn_first() -> None:
    """A kind that never struck so far is among the rules of the next life."""
    struck = {kind: 5 for kind in faults.KINDS if kind != "silence"}
    for seed in range(20):
        assert "silence" in {rule["kind"] for rule in faults.draw(Random(seed), struck, 60)}  # noqa: S311 - it hides nothing


def test_an_installation_is_known_with_the_vendor_it_was_asked_for_by() -> None:
    """The id of a held installation is that of the document, which carries its application's vendor."""

    def line(item: object, **record: str) -> bytes:
        return orjson.dumps({"readable": True, "shown": False, "item": item, "record": {"id": "1", **record}})

    asked_by = {"applicationName": "a", "applicationVendor": "v"}
    assert held_ids("application", [line(asked_by)]) == held_ids("application", [line(None, applicationVendor="v")])
    unknown = {"applicationName": "a", "applicationVendor": None}
    assert held_ids("application", [line(unknown)]) == held_ids("application", [line(None)])
