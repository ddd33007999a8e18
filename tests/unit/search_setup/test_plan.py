"""From what is wanted and what is there to what is to be done."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from s1ecs.ecs.field_catalog import ExportedField
from s1ecs.search_setup import names
from s1ecs.search_setup.current_state import DataStream, Policy, There
from s1ecs.search_setup.desired_state import Artifact, Dataset, Features, pieces
from s1ecs.search_setup.lifecycle import Lifecycle, ism_meta
from s1ecs.search_setup.plan import SetupPlan, make_plan
from s1ecs.search_setup.setup_change import SetupChange, SetupRequest

KEPT = Lifecycle("data_stream", 30)
FIELD = ExportedField("sentinel_one.thing", "keyword", "")
DATASETS = (Dataset("alert", (FIELD,)), Dataset("agent", (FIELD,), latest=True))
WANTED = pieces(DATASETS, Features(), KEPT)

TEMPLATES = ("component template", "index template")
ALERT = {"s1ecs-sentinel_one.alert", "s1ecs-logs-sentinel_one.alert"}
AGENT = {"s1ecs-sentinel_one.agent", "s1ecs-logs-sentinel_one.agent", "s1ecs-sentinel_one-agent-latest"}
SHARED = {"s1ecs-settings", "s1ecs-ecs"}


def installed(
    wanted: Sequence[Artifact] = WANTED,
    *,
    components: Mapping[str, Any] = {},
    templates: Mapping[str, Any] = {},
    **more: Any,
) -> There:
    """A server that has these pieces, and the templates of others or other bodies by name."""
    of = {kind: {piece.name: piece.body for piece in wanted if piece.kind == kind} for kind in TEMPLATES}
    return There({**of["component template"], **components}, {**of["index template"], **templates}, **more)


def foreign(pattern: str, priority: int, **meta: Any) -> dict[str, Any]:
    """An index template of someone else."""
    return {"index_patterns": [pattern], "priority": priority, "data_stream": {}, "_meta": meta}


def marked(piece_name: str, **mark: Any) -> dict[str, Any]:
    """The body of a piece with another mark."""
    body = next(piece.body for piece in WANTED if piece.name == piece_name)
    return {**body, "_meta": {**body["_meta"], **mark}}


def by_action(plan: SetupPlan) -> dict[str, set[str]]:
    """The names of the changes by what becomes of them."""
    found: dict[str, set[str]] = {}
    for change in plan.changes:
        found.setdefault(change.action, set()).add(change.name)
    return found


def the(plan: SetupPlan, name: str) -> SetupChange:
    """The change of this name."""
    return next(change for change in plan.changes if change.name == name)


def priority_of(plan: SetupPlan, name: str) -> Any:
    """The priority at which a template would be installed."""
    request = the(plan, name).request
    assert request is not None
    assert request.body is not None
    return request.body["priority"]


def test_all_is_created_on_an_empty_server() -> None:
    """Component templates go before the index templates that need them."""
    plan = make_plan(WANTED, There(), KEPT)
    assert by_action(plan) == {"create": SHARED | ALERT | AGENT}
    paths = [request.path for request in plan.requests]
    assert paths.index("/_component_template/s1ecs-ecs") < paths.index("/_index_template/s1ecs-logs-sentinel_one.alert")
    assert {request.method for request in plan.requests} == {"PUT"}


def test_second_time_there_is_nothing_to_do() -> None:
    """What was installed is known again and not sent again."""
    plan = make_plan(WANTED, installed(), KEPT)
    assert by_action(plan) == {"unchanged": SHARED | ALERT | AGENT}
    assert plan.requests == ()


def test_names_of_others_are_no_matter() -> None:
    """The stack's own template for all logs, of a lower priority, keeps nobody from anything."""
    there = There(templates={"logs": foreign("logs-*-*", 100, managed=True)})
    plan = make_plan(WANTED, there, KEPT)
    assert by_action(plan) == {"create": SHARED | ALERT | AGENT}
    assert priority_of(plan, "s1ecs-logs-sentinel_one.alert") == 300


def test_older_version_is_upgraded() -> None:
    """What an older s1ecs installed is replaced, and the plan says from which version."""
    there = installed(components={"s1ecs-ecs": marked("s1ecs-ecs", version=0)})
    change = the(make_plan(WANTED, there, KEPT), "s1ecs-ecs")
    assert (change.action, change.why) == ("upgrade", "from version 0")


def test_other_content_is_upgraded() -> None:
    """So is what the same version installed with other settings."""
    there = installed(pieces(DATASETS, Features(), Lifecycle("data_stream", 7)))
    plan = make_plan(WANTED, there, KEPT)
    assert by_action(plan)["upgrade"] == {"s1ecs-logs-sentinel_one.alert", "s1ecs-logs-sentinel_one.agent"}


def test_newer_version_is_never_lowered_silently() -> None:
    """What a newer s1ecs installed stays, said so; with --take-over it is replaced, said so."""
    there = installed(components={"s1ecs-ecs": marked("s1ecs-ecs", version=names.VERSION + 1)})
    plan = make_plan(WANTED, there, KEPT)
    assert by_action(plan) == {"left alone": {"s1ecs-ecs"}, "unchanged": ALERT | AGENT | {"s1ecs-settings"}}
    assert f"version {names.VERSION + 1}" in the(plan, "s1ecs-ecs").why
    taken = the(make_plan(WANTED, there, KEPT, take_over=True), "s1ecs-ecs")
    assert taken.action == "take over"
    assert f"version {names.VERSION + 1}" in taken.why


@pytest.mark.parametrize("meta", [None, {}, {"managed_by": "someone"}])
def test_same_name_of_someone_else(meta: Any) -> None:
    """A component template without our mark is left alone, and so is all that needs it; --take-over replaces it."""
    there = There(components={"s1ecs-sentinel_one.alert": {"template": {}, "_meta": meta}})
    plan = make_plan(WANTED, there, KEPT)
    assert by_action(plan) == {"left alone": ALERT, "create": SHARED | AGENT}
    plan = make_plan(WANTED, there, KEPT, take_over=True)
    assert by_action(plan)["take over"] == {"s1ecs-sentinel_one.alert"}


def test_same_name_of_someone_elses_index_template() -> None:
    """The same holds for index templates."""
    there = There(templates={"s1ecs-logs-sentinel_one.alert": foreign("anything-*", 1)})
    plan = make_plan(WANTED, there, KEPT)
    assert by_action(plan)["left alone"] == {"s1ecs-logs-sentinel_one.alert"}


@pytest.mark.parametrize("priority", [300, 900])
def test_pattern_of_someone_else_at_our_priority_or_above(priority: int) -> None:
    """A stream for which another template stands as high or higher is left alone; --take-over goes above it."""
    there = There(templates={"all": foreign("logs-sentinel_one.al*", priority)})
    plan = make_plan(WANTED, there, KEPT)
    assert by_action(plan) == {"left alone": ALERT, "create": SHARED | AGENT}
    assert f"'all' with priority {priority}" in the(plan, "s1ecs-logs-sentinel_one.alert").why
    plan = make_plan(WANTED, there, KEPT, take_over=True)
    assert by_action(plan) == {"create": SHARED | ALERT | AGENT}
    assert priority_of(plan, "s1ecs-logs-sentinel_one.alert") == priority + 1
    assert priority_of(plan, "s1ecs-logs-sentinel_one.agent") == 300


def test_streams_of_elastics_integration_are_left_to_it() -> None:
    """Where Elastic's own template is, nothing is installed for its stream; --take-over stands beside and above it."""
    elastic = foreign("logs-sentinel_one.alert-*", 200, package={"name": "sentinel_one"})
    there = There(templates={"logs-sentinel_one.alert": elastic})
    plan = make_plan(WANTED, there, KEPT)
    assert by_action(plan) == {"left alone": ALERT, "create": SHARED | AGENT}
    assert the(plan, "s1ecs-sentinel_one.alert").why.startswith("left to Elastic's integration")
    plan = make_plan(WANTED, there, KEPT, take_over=True)
    assert by_action(plan) == {"create": SHARED | ALERT | AGENT}
    assert "logs-sentinel_one.alert" not in {change.name for change in plan.changes}


def test_what_was_taken_over_stays_so() -> None:
    """Once ours stands above Elastic's, it is kept up to date without --take-over, at the priority that it has."""
    there = There(templates={"logs-sentinel_one.alert": foreign("logs-sentinel_one.alert-*", 400)})
    plan = make_plan(WANTED, there, KEPT, take_over=True)
    bodies = {change.name: change.request.body for change in plan.changes if change.request and change.request.body}
    there = installed(
        templates={**there.templates, **{name: body for name, body in bodies.items() if "index_patterns" in body}}
    )
    plan = make_plan(WANTED, there, KEPT)
    assert by_action(plan) == {"unchanged": SHARED | ALERT | AGENT}


def test_later_rival_above_ours_is_named() -> None:
    """A template that someone put above ours later is not overruled silently."""
    there = installed(templates={"later": foreign("logs-sentinel_one.*", 500)})
    plan = make_plan(WANTED, there, KEPT)
    assert "'later' with priority 500" in the(plan, "s1ecs-logs-sentinel_one.alert").why
    plan = make_plan(WANTED, there, KEPT, take_over=True)
    assert priority_of(plan, "s1ecs-logs-sentinel_one.alert") == 501


def test_nothing_shared_where_all_streams_are_left() -> None:
    """Where every stream is left to others, and none has a latest state, no shared template is installed either."""
    there = There(templates={"all": foreign("logs-sentinel_one.*", 200)})
    wanted = pieces(DATASETS[:1], Features(), KEPT)
    assert by_action(make_plan(wanted, there, KEPT)) == {"left alone": SHARED | ALERT}


def test_latest_states_of_a_stream_that_is_left() -> None:
    """A data stream left to Elastic's integration leaves the index of latest states ours, with all that it needs."""
    elastic = foreign("logs-sentinel_one.agent-*", 200, package={"name": "sentinel_one"})
    there = There(templates={"logs-sentinel_one.agent": elastic})
    plan = make_plan(WANTED, there, KEPT)
    left = {"s1ecs-logs-sentinel_one.agent"}
    assert by_action(plan) == {"left alone": left, "create": SHARED | ALERT | AGENT - left}


def test_rival_of_the_latest_state_alone() -> None:
    """Who has the pattern of a latest-state index has that index, not the stream."""
    there = There(templates={"mine": foreign("sentinel_one-agent-latest-*", 500)})
    plan = make_plan(WANTED, there, KEPT)
    assert by_action(plan)["left alone"] == {"s1ecs-sentinel_one-agent-latest"}


def test_data_streams_with_another_mapping_may_be_rolled_over() -> None:
    """A data stream whose newest index has not our mapping is offered a rollover, one that has it is not."""
    digest = next(piece.mapping_digest for piece in WANTED if piece.name == "s1ecs-logs-sentinel_one.alert")
    there = installed(
        data_streams=(
            DataStream("logs-sentinel_one.alert-new", digest),
            DataStream("logs-sentinel_one.alert-old", "0123"),
            DataStream("logs-sentinel_one.agent-others", ""),
        )
    )
    offered = make_plan(WANTED, there, KEPT).roll_overs
    assert [change.request for change in offered] == [
        SetupRequest("POST", "/logs-sentinel_one.alert-old/_rollover"),
        SetupRequest("POST", "/logs-sentinel_one.agent-others/_rollover"),
    ]


def test_data_streams_left_to_others_are_not_touched() -> None:
    """Neither rollover nor retention for a data stream whose template is someone else's."""
    there = There(
        templates={"logs-sentinel_one.alert": foreign("logs-sentinel_one.alert-*", 200)},
        data_streams=(DataStream("logs-sentinel_one.alert-default", "", {"data_retention": "1d"}),),
    )
    plan = make_plan(WANTED, there, KEPT)
    assert plan.roll_overs == ()
    assert "set" not in by_action(plan)


@pytest.mark.parametrize(
    ("lifecycle", "changed"),
    [
        ({"enabled": True, "data_retention": "30d", "retention_determined_by": "data_stream_configuration"}, False),
        ({"enabled": True, "data_retention": "7d"}, True),
        ({"enabled": True}, True),
        ({"enabled": False, "data_retention": "30d"}, True),
        ({}, True),
        (None, False),  # the server doesn't tell
    ],
)
def test_retention_of_data_streams_that_exist(lifecycle: Any, changed: bool) -> None:  # noqa: FBT001 - a table's value
    """A data stream keeps the lifecycle that it began with, so a changed one is set on it too."""
    there = installed(data_streams=(DataStream("logs-sentinel_one.alert-default", "", lifecycle),))
    requests = make_plan(WANTED, there, KEPT).requests
    body = {"enabled": True, "data_retention": "30d"}
    wanted = SetupRequest("PUT", "/_data_stream/logs-sentinel_one.alert-default/_lifecycle", body)
    assert requests == ((wanted,) if changed else ())


def test_keeping_forever_takes_an_older_retention_away() -> None:
    """Without days in the settings, a data stream that deletes stops deleting."""
    forever = Lifecycle("data_stream")
    wanted = pieces(DATASETS, Features(), forever)
    there = installed(wanted, data_streams=(DataStream("logs-sentinel_one.alert-a", "", {"data_retention": "7d"}),))
    assert [request.body for request in make_plan(wanted, there, forever).requests] == [{"enabled": True}]


def test_ism_policy_is_replaced_by_its_numbers() -> None:
    """A changed ISM policy goes with the sequence number and term that were read, as OpenSearch asks for."""
    kept = Lifecycle("ism", 7)
    wanted = pieces(DATASETS, Features(), kept)
    numbers = {"if_seq_no": "4", "if_primary_term": "2"}
    older = Policy({"managed_by": "s1ecs", "version": 1, "digest": "other"}, numbers)
    change = the(make_plan(wanted, installed(wanted, policy=older), kept), "s1ecs-logs")
    assert change.action == "upgrade"
    assert change.request is not None
    assert change.request.as_json()["path"] == "/_plugins/_ism/policies/s1ecs-logs?if_seq_no=4&if_primary_term=2"
    same = Policy(ism_meta(wanted[0].body["policy"]), numbers)
    assert the(make_plan(wanted, installed(wanted, policy=same), kept), "s1ecs-logs").action == "unchanged"


def test_ilm_policy_stands_before_the_templates_that_name_it() -> None:
    """With ILM the policy goes first, bears our mark, and every data stream's template names it."""
    kept = Lifecycle("ilm", 7)
    requests = make_plan(pieces(DATASETS, Features(), kept), There(), kept).requests
    assert requests[0].path == "/_ilm/policy/s1ecs-logs"
    assert requests[0].body is not None
    assert requests[0].body["policy"]["_meta"]["managed_by"] == "s1ecs"
    template = next(each.body for each in requests if each.path == "/_index_template/s1ecs-logs-sentinel_one.alert")
    assert template is not None
    assert template["template"] == {"settings": {"index.lifecycle.name": "s1ecs-logs"}}


def test_streams_are_added_by_data() -> None:
    """A further dataset is further pieces, without a word about it in the code."""
    more = pieces((*DATASETS, Dataset("response_action", (FIELD,))), Features(), KEPT)
    assert {piece.name for piece in more} - {piece.name for piece in WANTED} == {
        "s1ecs-sentinel_one.response_action",
        "s1ecs-logs-sentinel_one.response_action",
    }
