"""Which index templates fit the same names."""

import pytest

from s1ecs.search_setup.template_patterns import fits, overlap

OURS = "logs-sentinel_one.alert-*"


@pytest.mark.parametrize(
    "other",
    [
        "*",
        "logs-*",
        "logs-*-*",
        "logs-sentinel_one.*",
        "logs-sentinel_one.alert-*",
        "logs-sentinel_one.alert-production",
        "*-production",
        "*alert*",
        "l*a*t-*x",
    ],
)
def test_patterns_with_a_name_in_common(other: str) -> None:
    """Two patterns overlap if there is a name that both fit, whichever stands first."""
    assert overlap(OURS, other)
    assert overlap(other, OURS)


@pytest.mark.parametrize(
    "other", ["", "metrics-*", "logs-sentinel_one.alert", "logs-sentinel_one.alerts-*", "logs-sentinel_one.threat-*"]
)
def test_patterns_with_no_name_in_common(other: str) -> None:
    """They do not if every name that fits one fails the other."""
    assert not overlap(OURS, other)
    assert not overlap(other, OURS)


def test_any_pattern_of_a_template_counts() -> None:
    """A template fits by any of its patterns, be they a list or one text."""
    assert fits({"index_patterns": ["metrics-*", "logs-*"]}, OURS)
    assert fits({"index_patterns": "logs-*"}, OURS)
    assert not fits({"index_patterns": ["metrics-*"]}, OURS)
    assert not fits({}, OURS)
