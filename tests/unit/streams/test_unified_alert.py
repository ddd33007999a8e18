from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from graphql import FieldNode, OperationDefinitionNode, SelectionNode, parse, print_ast

from s1ecs.records import record_from_line
from s1ecs.streams.conversions.snake_case import snake_case
from s1ecs.streams.unified_alert import CATEGORIES, OWN, STREAM, TABLE
from s1ecs.streams.unified_alert_fields import FIELDS
from s1ecs.streams.unified_alert_query import QUERY

from .documents import document_of, mapped, record_of


def test_whole_alert_is_kept() -> None:
    """Keys that nothing knows are kept, too, renamed at every depth."""
    document = document_of(STREAM, {"newKey": {"innerList": [{"deepKey": 1}]}, "@odd": 1, "empty": {"a": None}})
    assert document["sentinel_one"]["unified_alert"] == {"new_key": {"inner_list": [{"deep_key": 1}]}}


def test_query_and_fields_agree() -> None:
    """Every leaf that the query asks for has a described field of its name in snake case, and no field is beyond."""
    node = _named(_named(_named(_selections(_operation()), "alerts"), "edges"), "node")
    assert [field.name for field in FIELDS if field.name.count(".") == 1] == [
        f".{snake_case(each.name.value)}" for each in node if isinstance(each, FieldNode) and not _selections(each)
    ]
    assert {field.name for field in FIELDS} == set(_leaves(node, ""))
    assert len(FIELDS) == len({field.name for field in FIELDS})


def test_variables_of_the_query() -> None:
    """The query declares the variables of the walk and hands each to the root field."""
    operation = _operation()
    assert operation.name is not None
    assert operation.name.value == "GetAllUnifiedAlerts"
    assert [print_ast(each) for each in operation.variable_definitions or ()] == [
        "$after: String",
        "$first: Int",
        "$filters: [FilterInput!]",
        "$sort: SortInput",
    ]
    [alerts] = _selections(operation)
    assert isinstance(alerts, FieldNode)
    assert [print_ast(each) for each in alerts.arguments or ()] == [
        "after: $after",
        "first: $first",
        "filters: $filters",
        "sort: $sort",
    ]


def test_bad_values_field_by_field() -> None:
    """One field is converted in all assets before the next, in the order of the conversions; what is bad is gone."""
    document, failed = mapped(
        STREAM,
        {
            "updatedAt": "u",
            "assets": [{"accessible": "1", "pendingReboot": "3"}, {"accessible": "2", "id": "x"}],
            "detectionTime": {
                "assets": [{"asset": {"ipV4": "5", "consoleIpAddress": ""}}, {"asset": {"consoleIpAddress": "4"}}],
                "attacker": {"ip": ""},
            },
            "sloDetails": {
                "timeToResponseData": {"target": "9", "actionDue": "due", "targetTime": "t"},
                "timeToResolveData": {"actionComplete": "7"},
            },
        },
    )
    assert failed
    assert document["error"]["message"] == [
        "[1] is not a boolean value, cannot convert to boolean",
        "[2] is not a boolean value, cannot convert to boolean",
        "[3] is not a boolean value, cannot convert to boolean",
        "'' is not an IP string literal.",
        "'4' is not an IP string literal.",
        "'5' is not an IP string literal.",
        "[7] is not a boolean value, cannot convert to boolean",
        'For input string: "due"',
        "unable to parse date [t]",
        "unable to parse date [u]",
    ]
    assert document["sentinel_one"]["unified_alert"] == {
        "assets": [{"id": "x"}],
        "slo_details": {"time_to_response_data": {"target": 9}},
    }


@pytest.mark.parametrize("time", [None, "", "soon", 7])
def test_time_of_subscription_fails_silently(time: Any) -> None:
    """A bad time of subscription is taken out without a word."""
    record = {"detectionTime": {"assets": [{"asset": {"subscriptionTime": time, "domain": "d"}}]}}
    document, failed = mapped(STREAM, record)
    assert not failed
    assert document["sentinel_one"]["unified_alert"] == {"detection_time": {"assets": [{"asset": {"domain": "d"}}]}}


def test_assets_that_are_no_list() -> None:
    """Only lists of assets are looked at; anything else is kept as it is."""
    record = {"assets": {"accessible": "x", "id": "1"}, "detectionTime": {"assets": "y"}}
    document, failed = mapped(STREAM, record)
    assert not failed
    assert document["sentinel_one"]["unified_alert"] == {
        "assets": {"accessible": "x", "id": "1"},
        "detection_time": {"assets": "y"},
    }
    assert "related" not in document


@pytest.mark.parametrize(
    ("word", "category"),
    [
        ("RANSOMWARE", ["malware"]),
        ("LATERAL_MOVEMENT", ["intrusion_detection"]),
        ("NETWORK", ["network"]),
        ("PHISHING", ["email"]),
        ("phishing", None),
        ("BENIGN", None),
        (["MALWARE"], None),
    ],
)
def test_category(word: Any, category: list[str] | None) -> None:
    """A classification has one category or none, letter for letter."""
    assert document_of(STREAM, {"classification": word})["event"].get("category") == category


def test_all_categories() -> None:
    """Thirty-three classifications have a category, most of them malware."""
    assert Counter(CATEGORIES.values()) == {"malware": 23, "intrusion_detection": 8, "network": 1, "email": 1}


@pytest.mark.parametrize(
    ("result", "outcome"),
    [("MITIGATED", "success"), ("Unmitigated", "failure"), ("BENIGN", None), ("", None), (None, None)],
)
def test_outcome(result: str | None, outcome: str | None) -> None:
    """Mitigated is a success, unmitigated a failure, anything else neither."""
    assert document_of(STREAM, {"result": result})["event"].get("outcome") == outcome


def test_result_that_is_no_text() -> None:
    """A result that is no text ends the record: the alert itself and earlier copies are set, nothing after."""
    document, failed = mapped(STREAM, {"result": 1, "name": "n", "severity": "LOW", "assets": [{"id": "a"}]})
    assert failed
    assert document["error"]["message"] == ["[1] is not text"]
    assert document["message"] == "n"
    assert document["event"] == {"kind": "pipeline_error", "type": ["info"]}
    assert document["sentinel_one"]["unified_alert"]["assets"] == [{"id": "a"}]
    assert "related" not in document


@pytest.mark.parametrize(("word", "number"), [("CRITICAL", 99), ("UNKNOWN", None), (3, None)])
def test_severity(word: Any, number: int | None) -> None:
    """A severity without a number is no error."""
    document, failed = mapped(STREAM, {"severity": word})
    assert not failed
    assert document["event"].get("severity") == number


CLOUD = {"accountId": "a", "cloudProvider": "AWS", "instanceId": "i", "instanceSize": "s", "location": "l"}


@pytest.mark.parametrize("system", ["LINUX", "windows_legacy"])
def test_recognised_system_hides_the_cloud(system: str) -> None:
    """As in Elastic's integration a known system at detection leaves cloud, container and cluster unset."""
    detected = {"asset": {"osType": system}, "cloud": CLOUD, "kubernetes": {"podName": "p", "containerId": "c"}}
    document = document_of(STREAM, {"detectionTime": {"assets": [detected]}})
    assert document["host"]["os"]["type"] in {"linux", "windows"}
    assert not document.keys() & {"cloud", "container", "orchestrator"}


@pytest.mark.parametrize("asset", [None, {"osType": None}, {"osType": "UNKNOWN"}, {"osType": ""}])
def test_cloud_without_a_system(asset: Any) -> None:
    """Without a known system they are set; the account's id goes where Elastic's integration puts it."""
    document = document_of(
        STREAM,
        {"detectionTime": {"assets": [{"asset": asset, "cloud": CLOUD, "kubernetes": {"podLabels": ["a=b"]}}]}},
    )
    assert document["cloud"] == {
        "account": {"name": "a"},
        "provider": "AWS",
        "instance": {"id": "i"},
        "machine": {"type": "s"},
        "region": "l",
    }
    assert document["orchestrator"] == {"resource": {"label": ["a=b"]}}


@pytest.mark.parametrize(
    ("details", "account"),
    [
        ({"accountId": "1"}, {"id": "1"}),
        ({"accountId": "1", "serviceAccount": "2", "subscriptionId": "3"}, {"id": "3"}),
        ({"subscriptionId": None, "serviceAccount": "2"}, {"id": "2"}),
        ({"accountId": "1", "subscriptionId": ""}, None),
        ({"instanceId": "1", "instanceType": "2", "region": "3"}, None),
    ],
)
def test_account_of_the_provider(details: dict[str, Any], account: Any) -> None:
    """Of the accounts the last that is not null counts, an empty one too; other details are no ECS fields."""
    document = document_of(STREAM, {"detectionTime": {"assets": [{"cloud": {"providerDetails": details}}]}})
    assert document.get("cloud", {}).get("account") == account


def test_first_asset_only() -> None:
    """Of several assets the first of each list speaks."""
    document = document_of(
        STREAM,
        {
            "assets": [{"name": "pc", "agentUuid": "u"}, {"name": "other", "agentVersion": "1"}],
            "detectionTime": {
                "assets": [{"asset": {"osName": "o"}}, {"asset": {"osRevision": "r", "ipV4": "192.0.2.1"}}]
            },
        },
    )
    assert document["host"] == {"name": "pc", "os": {"name": "o"}}
    assert document["observer"] == {"serial_number": "u"}
    assert document["related"] == {"hosts": ["pc"]}


def test_related_with_empties_inside() -> None:
    """The first assets' values stand in related.* as they came, with empties that their own fields lose."""
    beyond = b'{"assets":[{"id":["x",1e400],"name":{"aB":null},"lastLoggedInUser":[{},null,""]}]}'
    related = STREAM.mapper().map(record_from_line(beyond)).document["related"]
    assert related == {"hosts": ["x", "{a_b=null}"], "user": ["{}"]}


def test_related_in_order() -> None:
    """What the first assets say may repeat itself; what comes after is appended only when it is not there yet."""
    document = document_of(
        STREAM,
        {
            "assets": [{"id": "h", "name": "h", "lastLoggedInUser": "u"}],
            "detectionTime": {
                "assets": [
                    {"asset": {"lastLoggedInUser": "u", "consoleIpAddress": "192.0.2.1", "ipV4": "192.0.2.1"}},
                ],
                "attacker": {"host": "h", "ip": "192.0.2.1"},
                "targetUser": {"emailAddress": "e", "name": "u"},
            },
            "assignee": {"userId": 5, "email": "e", "fullName": ""},
            "process": {"file": {"sha256": "3", "sha1": "2", "md5": "1"}},
            "exclusionHash": "2",
        },
    )
    assert document["related"] == {
        "hosts": ["h", "h"],
        "ip": ["192.0.2.1", "192.0.2.1"],
        "user": ["u", "u", "e", "5"],
        "hash": ["1", "2", "3"],
    }
    assert document["host"]["ip"] == ["192.0.2.1", "192.0.2.1"]


@pytest.mark.parametrize(
    ("record", "text", "hosts"),
    [
        ({"assets": ["x"]}, "[x] is not an object", None),
        ({"assets": [{"id": "a"}], "detectionTime": {"assets": [[]]}}, "[[]] is not an object", ["a", "e"]),
        ({"detectionTime": {"assets": [{"asset": {"osType": 7}}]}}, "[7] is not text", None),
        ({"detectionTime": {"assets": [{"cloud": "", "kubernetes": {"podName": "p"}}]}}, "[] is not an object", None),
    ],
)
def test_asset_of_a_wrong_type(record: dict[str, Any], text: str, hosts: list[str] | None) -> None:
    """An asset of a wrong type ends the work on assets with one text; the rest of the record goes on."""
    around = record.get("detectionTime", {})
    document, failed = mapped(
        STREAM, {**record, "detectionTime": {**around, "attacker": {"host": "e"}}, "exclusionHash": "h"}
    )
    assert failed
    assert document["error"]["message"] == [text]
    assert document["related"] == {"hash": ["h"], "hosts": hosts or ["e"]}
    assert "orchestrator" not in document


def test_duplicates_in_every_asset() -> None:
    """Duplicates go out of every asset, whether or not their ECS field was set; what is empty by that goes as well."""
    document = document_of(
        STREAM,
        {
            "id": "1",
            "assets": [{"name": "a"}, {"name": "b", "id": "2"}],
            "detectionTime": {"assets": [{"asset": {"osType": "linux"}, "cloud": {"accountId": "lost", "image": "i"}}]},
            "realTime": {"scope": {"group": {"id": "g"}, "site": {"id": "s"}}},
        },
    )
    assert document["sentinel_one"] == {
        "site": {"id": "s"},
        "unified_alert": {
            "assets": [{"id": "2"}],
            "detection_time": {"assets": [{"asset": {"os_type": "linux"}, "cloud": {"image": "i"}}]},
            "real_time": {"scope": {"site": {"id": "s"}}},
        },
    }
    assert "cloud" not in document


def test_duplicates_are_fields() -> None:
    """Every duplicate is a field of the alert: 41 of them."""
    names = {f"{OWN}{field.name}" for field in FIELDS}
    assert {duplicate.replace("[]", "") for duplicate in TABLE.duplicates} <= names
    assert len(TABLE.duplicates) == len({*TABLE.duplicates}) == 41


def test_both_phases_give_one_id() -> None:
    """The id is of four parts, so an alert that arrives twice is one document, and a later state is another."""
    identify = STREAM.mapper().identify
    alert = {"id": "1", "detectedAt": "d", "updatedAt": "u", "externalId": None}
    assert identify(record_of(alert)) == identify(record_of({**alert, "name": "n"}))
    assert identify(record_of(alert)) != identify(record_of({**alert, "updatedAt": "v"}))


def _operation() -> OperationDefinitionNode:
    [operation] = parse(QUERY).definitions
    assert isinstance(operation, OperationDefinitionNode)
    return operation


def _selections(node: OperationDefinitionNode | SelectionNode) -> Iterable[SelectionNode]:
    found = getattr(node, "selection_set", None)
    return found.selections if found else ()


def _named(selections: Iterable[SelectionNode], name: str) -> Iterable[SelectionNode]:
    [found] = [each for each in selections if isinstance(each, FieldNode) and each.name.value == name]
    return _selections(found)


def _leaves(selections: Iterable[SelectionNode], around: str) -> Iterator[str]:
    for each in selections:
        path = f"{around}.{snake_case(each.name.value)}" if isinstance(each, FieldNode) else around
        inner = _selections(each)
        if inner:
            yield from _leaves(inner, path)
        else:
            yield path
