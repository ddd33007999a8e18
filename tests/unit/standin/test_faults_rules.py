"""Rules of faults: how they are read, and which requests they strike."""

import pytest

from s1ecs.standin.faults.asked import FaultRequest
from s1ecs.standin.faults.kinds import KINDS
from s1ecs.standin.faults.plan import FaultPlan
from s1ecs.standin.faults.rule import BadRules, parse


def _asked(token: str) -> FaultRequest:
    return FaultRequest("/activities", token, {}, b"")


def _struck(text: str, count: int) -> list[int]:
    """The numbers of the requests that the first rule strikes."""
    plan = FaultPlan(parse(text))
    asked = _asked("good")
    numbers = []
    for number in range(1, count + 1):
        for counted in plan.wanted(asked):
            plan.strike(counted, asked)
            numbers.append(number)
    return numbers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[{kind: html}]", [1, 2, 3, 4, 5, 6, 7]),
        ("[{kind: html, every: 3}]", [3, 6]),
        ("[{kind: html, from: 2, to: 4}]", [2, 3, 4]),
        ("[{kind: html, from: 6}]", [6, 7]),
        ("[{kind: html, to: 2}]", [1, 2]),
        ("[{kind: html, at_most: 2}]", [1, 2]),
        ("[{kind: html, at_most: 0}]", []),
        ("[{kind: html, probability: 0}]", []),
        ("[{kind: html, probability: 1}]", [1, 2, 3, 4, 5, 6, 7]),
        ("faults: [{kind: html, path: /groups}]", []),
        ("[{kind: html, path: /activ}]", []),
        ("[{kind: cursor_expired}]", []),
        ("", []),
    ],
)
def test_which_are_struck(text: str, expected: list[int]) -> None:
    """A rule strikes exactly the requests that it names, of its path alone, as often as it may."""
    assert _struck(text, 7) == expected


def test_probability_repeats_itself() -> None:
    """Chance is the same for the same seed, another for another, and hits about its share."""
    rule = "[{{kind: html, probability: 0.3, seed: {}}}]"
    first = _struck(rule.format(1), 400)
    assert first == _struck(rule.format(1), 400) != _struck(rule.format(2), 400)
    assert 80 < len(first) < 160


def test_refused_until_another_token() -> None:
    """A token that was struck with a 401 stays refused, beyond `at_most`; another one is let through."""
    plan = FaultPlan(parse("[{kind: not_authenticated, from: 2, at_most: 1}]"))
    outcomes = []
    for token in ("good", "good", "good", "renewed-1", "good", "renewed-2"):
        wanted = plan.wanted(_asked(token))
        for counted in wanted:
            plan.strike(counted, _asked(token))
        outcomes.append(bool(wanted))
    assert outcomes == [False, True, True, False, True, False]


@pytest.mark.parametrize("kind", KINDS)
def test_shown_as_read(kind: str) -> None:
    """What is shown of a rule can be read again as the same rule."""
    rules = parse(f"[{{kind: {kind}, path: /agents, probability: 0.5, seed: 3, at_most: 4}}]")
    assert parse(str([rules[0].shown()]).replace("None", "null")) == rules


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "not YAML"),
        ("{a: 1}", "not a list of rules"),
        ("[1]", "rule 1: not an object"),
        ("[{kind: html}, {kind: flood}]", "rule 2: no kind 'flood'"),
        ("[{kind: html, path: agents}]", "path: must begin with /"),
        ("[{kind: html, evry: 2}]", "no parameter 'evry'"),
        ("[{kind: html, every: 0}]", "every: must be at least 1"),
        ("[{kind: html, every: true}]", "every: must be int"),
        ("[{kind: html, every: 2, probability: 0.1}]", "exclude each other"),
        ("[{kind: html, probability: 2}]", "must be at most 1"),
        ("[{kind: html, from: 4, to: 3}]", "to: must not be less than from"),
        ("[{kind: server_error, status: 404}]", "must be one of 500, 502, 503, 504"),
        ("[{kind: cut, announced: never}]", "must be one of length, chunked"),
    ],
)
def test_bad_rules(text: str, said: str) -> None:
    """Bad rules are refused with one line that says where and why."""
    with pytest.raises(BadRules, match=said) as caught:
        parse(text)
    assert "\n" not in str(caught.value)
