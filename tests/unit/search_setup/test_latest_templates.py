"""Index templates of latest states: their names, and the mark by which dashboards tell them apart."""

from typing import Any

import pytest

from s1ecs.commands.setup import datasets
from s1ecs.ecs.index_mapping import Dialect
from s1ecs.search_setup.desired_state import Features, pieces
from s1ecs.search_setup.lifecycle import Lifecycle


def template(name: str, dialect: Dialect | None = None) -> Any:
    """What an index template of ours gives its indices."""
    made = pieces(datasets(), Features(dialect or Dialect()), Lifecycle("data_stream", 30))
    [piece] = [each for each in made if each.name == name]
    return piece.body.get("template", {})


def mark(name: str, dialect: Dialect | None = None) -> Any:
    """The mark of a template's indices."""
    labels = template(name, dialect).get("mappings", {}).get("properties", {}).get("labels", {"properties": {}})
    return labels["properties"].get("is_transform_source")


@pytest.mark.parametrize("stream", ["application", "alert"])
def test_marks(stream: str) -> None:
    """The stream's data streams are marked as a source, its latest states as none."""
    assert mark(f"s1ecs-logs-sentinel_one.{stream}") == {"type": "constant_keyword", "value": "true"}
    assert mark(f"s1ecs-sentinel_one-{stream}-latest") == {"type": "constant_keyword", "value": "false"}
    assert template(f"s1ecs-logs-sentinel_one.{stream}")["lifecycle"]


def test_what_has_no_latest_states_has_no_mark() -> None:
    """A stream of events that are states of nothing is as it was."""
    assert mark("s1ecs-logs-sentinel_one.activity") is None


def test_a_server_without_constants() -> None:
    """A keyword that no document holds would be of no use: there is no mark."""
    assert mark("s1ecs-logs-sentinel_one.alert", Dialect(types={"constant_keyword": "keyword"})) is None


def test_severity_of_findings() -> None:
    """Kibana's name of a risk's severity is another name of the field that has it, also without constants."""
    for dialect in (None, Dialect(types={"constant_keyword": "keyword"})):
        properties = template("s1ecs-sentinel_one-application_risk-latest", dialect)["mappings"]["properties"]
        path = "sentinel_one.application_risk.severity"
        assert properties["vulnerability"] == {"properties": {"severity": {"type": "alias", "path": path}}}


def test_names() -> None:
    """Elastic's names; those that its dashboards do not ask for are hidden from all logs; Kibana's name for risks."""
    assert template("s1ecs-sentinel_one-application-latest")["aliases"] == {"logs-sentinel_one_latest.application": {}}
    assert template("s1ecs-sentinel_one-threat-latest")["aliases"] == {
        "logs-sentinel_one_latest.threat": {"is_hidden": True}
    }
    assert template("s1ecs-sentinel_one-application_risk-latest")["aliases"].keys() == {
        "logs-sentinel_one_latest.application_risk",
        "security_solution-sentinel_one.vulnerability_latest",
    }
