"""The lists inside of agents and threats, holding whatever JSON can hold."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s1ecs.records import dumps, record_from_line
from tests.unit.mappers import mapper_of

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        ["", "10.0.0.1", "x", "aa:bb", "2026-01-01T00:00:00Z", "7", "true", "\ud800", 10**30, float("1e300")]
    ),
)


def shapes(*keys: str) -> st.SearchStrategy[Any]:
    """Any JSON whose objects have some of the keys."""
    return st.recursive(
        LEAVES,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.sampled_from([*keys, "more"]), inner, max_size=4)
        ),
        max_leaves=12,
    )


INTERFACES = shapes("gateway", "gatewayIp", "gatewayMacAddress", "inet", "inet6", "physical")
RECORDS = {
    "activity": st.fixed_dictionaries(
        {"threatId": LEAVES, "primaryDescription": LEAVES, "data": shapes("threatClassification", "confidenceLevel")}
    ),
    "agent": st.fixed_dictionaries(
        {
            "networkInterfaces": st.lists(INTERFACES, max_size=3),
            "tags": st.fixed_dictionaries({"sentinelone": shapes("assignedAt", "assignedBy")}),
        }
    ),
    "threat": st.fixed_dictionaries(
        {
            "agentRealtimeInfo": st.fixed_dictionaries({"networkInterfaces": st.lists(INTERFACES, max_size=3)}),
            "indicators": st.lists(
                shapes("category", "categoryId", "ids", "tactics", "techniques", "name", "source", "link"), max_size=3
            ),
            "mitigationStatus": st.lists(
                shapes("actionsCounters", "action_counters", "failed", "groupNotFound", "lastUpdate"), max_size=3
            ),
            "timeline": shapes("ruleId", "data", "rulename", "createdAt"),
        }
    ),
}


@pytest.mark.parametrize("name", RECORDS)
@settings(max_examples=200)
@given(data=st.data())
def test_lists_of_any_shape(name: str, data: st.DataObject) -> None:
    """Whatever an agent's, an activity's or a threat's lists hold: one document, and the record stays as it was."""
    line = json.dumps(data.draw(RECORDS[name])).encode()
    record = record_from_line(line)
    before = repr(record.value)
    mapped = mapper_of(name).map(record)
    document = json.loads(dumps(mapped.document))
    assert before == repr(record.value)
    assert mapped.failed == (document["event"]["kind"] == "pipeline_error")
    assert not mapped.failed or name == "activity"
