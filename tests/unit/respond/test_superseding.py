"""Which later actions make an earlier one meaningless, by the journal alone."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from s1ecs.respond.audit.journal import Entry, Target
from s1ecs.respond.audit.superseding import newest, repetition, superseding

from .test_audit import ENTRY

HOST = Target("agent", "1", "ws-1", "ws-1", "1")
SITE = Target("scope", "7", "site")
THREAT = Target("threat", "9", agent="1")


def _entry(identity: str, action: str, path: str, target: Target = HOST, **more: Any) -> Entry:
    method, place = path.split()
    body = more.pop("body", {"filter": {"ids": [target.id]}})
    request = {"method": method, "path": place, "query": {}, "body": body}
    made = replace(ENTRY, id=identity, action=action, targets=(target,), requests=(request,), status="pending")
    return replace(made, **more)


def _later(entry: Entry, **more: Any) -> Entry:
    return replace(entry, **{"status": "done", "requested": ENTRY.requested + timedelta(minutes=1), **more})


ISOLATE = _entry("a", "isolate", "POST /agents/actions/disconnect")
RELEASE = _entry("b", "release", "POST /agents/actions/connect")
PAIRS = [
    (ISOLATE, RELEASE),
    (
        _entry("a", "scan", "POST /agents/actions/initiate-scan"),
        _entry("b", "abort-scan", "POST /agents/actions/abort-scan"),
    ),
    (
        _entry("a", "threat mitigate", "POST /threats/mitigate/quarantine", THREAT),
        _entry("b", "threat mitigate", "POST /threats/mitigate/un-quarantine", THREAT),
    ),
    *(
        (
            _entry("a", f"{name} add", f"POST {path}", SITE, details={"value": "AB"}),
            _entry("b", f"{name} remove", f"DELETE {path}", SITE, details={"value": "ab"}),
        )
        for name, path in (("blocklist", "/restrictions"), ("ioc", "/threat-intelligence/iocs"))
    ),
]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair[0].action)
def test_opposites(pair: tuple[Entry, Entry]) -> None:
    """Each kind is superseded by its opposite and no other way: later, done, on the same thing of the same console."""
    for one, other in (pair, pair[::-1]):
        later = _later(other)
        assert superseding(one, [later, one]) == later
        assert superseding(later, [later, one]) is None
        for status in ("pending", "failed", "refused", "unknown", "superseded"):
            assert superseding(one, [_later(other, status=status)]) is None
        assert superseding(one, [_later(other, console="another")]) is None
        assert superseding(one, [_later(other, targets=(Target(other.targets[0].kind, "2"),))]) is None
        assert superseding(one, [_later(one, id="c")]) is None


def test_the_first_that_undid_it_is_named() -> None:
    """Of several the first one is it; what came before is none."""
    first, second = _later(RELEASE), _later(RELEASE, id="c", requested=ENTRY.requested + timedelta(minutes=2))
    before = _later(RELEASE, id="d", requested=ENTRY.requested - timedelta(minutes=2))
    assert superseding(ISOLATE, [second, first, ISOLATE, before]) == first
    assert superseding(ISOLATE, [ISOLATE, before]) is None


def test_items_of_a_list_are_known_by_their_value() -> None:
    """Another value that was removed says nothing; neither does one that an older version did not note."""
    added, removed = PAIRS[3]
    for value in ({"value": "cd"}, {}):
        assert superseding(added, [_later(removed, details=value)]) is None


def test_what_sets_a_value_is_superseded_by_what_sets_another() -> None:
    """A verdict is superseded by a later one that differs, and by none that says the same."""
    path = "POST /threats/analyst-verdict"
    one, other = (
        _entry(word, "threat verdict", path, THREAT, body={"data": {"analystVerdict": word}}) for word in ("x", "y")
    )
    assert superseding(one, [_later(other)]) is not None
    assert superseding(one, [_later(one, id="z")]) is None


def test_the_same_asked_for_again() -> None:
    """A later action that sent the same may have done what is seen, unless it did not get that far."""
    assert repetition(ISOLATE, [_later(ISOLATE, id="b")]) is not None
    assert repetition(ISOLATE, [_later(ISOLATE, id="b", status="refused"), ISOLATE]) is None
    assert repetition(ISOLATE, [_later(RELEASE)]) is None


def test_the_newest_of_some_actions_on_an_agent() -> None:
    """Refused and failed ones changed nothing."""
    history = [_later(RELEASE, status="refused"), ISOLATE]
    assert newest(history, "1", ("isolate", "release")) == ISOLATE
    assert newest(history, "2", ("isolate", "release")) is None
