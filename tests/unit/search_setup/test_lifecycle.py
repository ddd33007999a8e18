"""Retention in the forms that the servers document; the small servers of the tests have neither ILM nor ISM."""

import pytest

from s1ecs.search_setup import lifecycle
from s1ecs.search_setup.lifecycle import Lifecycle


def test_ilm_policy() -> None:
    """PUT _ilm/policy: a hot phase that rolls over, a delete phase whose age counts from there."""
    assert lifecycle.ilm_policy(Lifecycle("ilm", 90)) == {
        "policy": {
            "phases": {
                "hot": {
                    "min_age": "0ms",
                    "actions": {"rollover": {"max_primary_shard_size": "50gb", "max_age": "7d"}},
                },
                "delete": {"min_age": "90d", "actions": {"delete": {}}},
            }
        }
    }


def test_ism_policy() -> None:
    """PUT _plugins/_ism/policies: states with actions and transitions, and a template that gives it to new indices."""
    assert lifecycle.ism_policy(Lifecycle("ism", 7), ["logs-sentinel_one.alert-*"]) == {
        "policy": {
            "default_state": "hot",
            "states": [
                {
                    "name": "hot",
                    "actions": [{"rollover": {"min_primary_shard_size": "50gb", "min_index_age": "1d"}}],
                    "transitions": [{"state_name": "delete", "conditions": {"min_rollover_age": "7d"}}],
                },
                {"name": "delete", "actions": [{"delete": {}}], "transitions": []},
            ],
            "ism_template": [{"index_patterns": ["logs-sentinel_one.alert-*"], "priority": 300}],
        }
    }


def test_lifecycle_of_a_data_stream() -> None:
    """The data-stream lifecycle names the days."""
    assert lifecycle.lifecycle(Lifecycle("data_stream", 30)) == {"enabled": True, "data_retention": "30d"}


def test_without_days_nothing_is_deleted() -> None:
    """All three ways roll over, and none deletes, where no days are set."""
    assert lifecycle.lifecycle(Lifecycle("data_stream")) == {"enabled": True}
    assert list(lifecycle.ilm_policy(Lifecycle("ilm"))["policy"]["phases"]) == ["hot"]
    policy = lifecycle.ism_policy(Lifecycle("ism"), [])["policy"]
    assert [(state["name"], state["transitions"]) for state in policy["states"]] == [("hot", [])]


@pytest.mark.parametrize(
    ("days", "span"), [(1, "1d"), (14, "1d"), (15, "7d"), (90, "7d"), (91, "30d"), (3650, "30d"), (None, "30d")]
)
def test_short_retention_has_short_indices(days: int | None, span: str) -> None:
    """The fewer days documents stay, the less time an index spans, because it goes as a whole."""
    hot = lifecycle.ilm_policy(Lifecycle("ilm", days))["policy"]["phases"]["hot"]
    assert hot["actions"]["rollover"]["max_age"] == span


def test_mark_of_an_ism_policy() -> None:
    """An ISM policy is known again by its description; another's description says nothing."""
    marked = lifecycle.marked_ism(lifecycle.ism_policy(Lifecycle("ism", 7), []), "abc")["policy"]
    assert lifecycle.ism_meta(marked) == {"managed_by": "s1ecs", "version": 1, "digest": "abc"}
    assert lifecycle.ism_meta({"description": "logs of s1ecs"}) == {}
    assert lifecycle.ism_meta({}) == {}
