"""Streams that can't be collected after setup: which, why, and that setup does not end as if all was well."""

from typing import Any

import pytest

from s1ecs.commands.setup import SetupOptions, SetupServer, set_up
from s1ecs.ecs.field_catalog import ExportedField
from s1ecs.outputs.search.client.server import Reply
from s1ecs.search_setup.current_state import There
from s1ecs.search_setup.desired_state import Dataset, Features, pieces
from s1ecs.search_setup.lifecycle import Lifecycle
from s1ecs.search_setup.plan import make_plan
from tests.unit.search_setup.server import Documented

KEPT = Lifecycle("data_stream")
DATASETS = (Dataset("alert", (ExportedField("sentinel_one.thing", "keyword", ""),)),)
WANTED = pieces(DATASETS, Features(), KEPT)
OURS = {"s1ecs-logs-sentinel_one.alert": WANTED[-1].body}


def foreign(pattern: str, priority: int) -> dict[str, Any]:
    """An index template of someone else."""
    return {"index_patterns": [pattern], "priority": priority, "data_stream": {}}


@pytest.mark.parametrize(
    ("templates", "unserved"),
    [
        ({}, False),
        ({"all": foreign("logs-*", 200)}, False),
        ({"all": foreign("logs-*", 500)}, True),
        ({"mine": foreign("logs-sentinel_one.*", 200)}, True),
        ({"logs-sentinel_one.alert": foreign("logs-sentinel_one.alert-*", 200)}, False),
        ({"logs-sentinel_one.alert": foreign("logs-sentinel_one.alert-*", 200), "all": foreign("logs-*", 500)}, True),
        ({**OURS, "all": foreign("logs-*", 500)}, True),
        ({**OURS, "mine": foreign("logs-sentinel_one.*", 500)}, False),
        ({"s1ecs-logs-sentinel_one.alert": foreign("anything", 1)}, True),
    ],
    ids=[
        "none but ours",
        "others below ours",
        "others above ours",
        "made for these names, but none that collecting knows",
        "Elastic's",
        "others above Elastic's",
        "others above ours that is there",
        "made for these names above ours that is there",
        "not ours, but of its name",
    ],
)
def test_streams_without_a_template_that_was_made_for_them(templates: Any, unserved: bool) -> None:  # noqa: FBT001 - a table's value
    """A stream is unserved where its data streams would get a template that knows nothing of it, or none at all."""
    assert ("alert" in make_plan(WANTED, There(templates=templates), KEPT).unserved) == unserved
    assert not make_plan(WANTED, There(templates=templates), KEPT, take_over=True).unserved


@pytest.mark.parametrize("dry_run", [True, False])
async def test_setup_says_which_template_stands_in_the_way(
    capsys: pytest.CaptureFixture[str],
    dry_run: bool,  # noqa: FBT001 - a table's value
) -> None:
    """Where every stream is left to a template of someone else: one line with its name and the cure, exit status 1."""
    found = {"index_templates": [{"name": "all", "index_template": foreign("logs-*", 500)}]}
    server = Documented(replies={("GET", "/_index_template"): Reply(200, found)})
    assert (
        await set_up([SetupServer(server, KEPT)], DATASETS, SetupOptions(lambda _question: True, dry_run=dry_run)) == 1
    )
    said = capsys.readouterr()
    assert "nothing to change" not in said.out
    [line] = [line for line in said.err.splitlines() if line.startswith("s1ecs: ")]
    assert line == (
        "s1ecs: search: cannot collect alert: left to another template, 'all' with priority 500; "
        "--take-over installs ours with a higher priority"
    )
    assert server.changes == []
