"""The panels of Elastic's dashboards: each address answers, with the numbers that the documents have."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

import orjson
import pytest
from starlette.testclient import TestClient

from bench import records
from docs.dashboard_panels import PANELS, Panel, Shown
from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.records import record_from_line
from s1ecs.web.questions.list_view import LIST_VIEWS, ListView
from tests.stored import open_store, put
from tests.unit.mappers import mapper_of

from .conftest import page_over
from .made_store import see

Document = Mapping[str, Any]
Test = Callable[[Document], bool]
COUNTS = {"activity": 400, "agent": 60, "alert": 400, "application": 300, "application_risk": 300, "threat_event": 300}
OWN = "sentinel_one"


class Collected(NamedTuple):
    """The page over a store of the stand-in's data, and the documents in it by stream: each object's newest."""

    page: TestClient
    documents: Mapping[str, Sequence[Document]]


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collected]:
    """Map records of the stand-in console into a store; threats and unified alerts have earlier states, too."""
    folder = tmp_path_factory.mktemp("panels")
    documents: dict[str, list[Document]] = {}
    with open_store(folder) as connection:
        for view in LIST_VIEWS:
            if view.stream == "response_action":
                continue
            lines = records.lines(view.stream, COUNTS.get(view.stream, 40))
            seen = set()
            for number, line in enumerate(lines):
                if line in seen:
                    continue
                seen.add(line)
                document = orjson.loads(orjson.dumps(mapper_of(view.stream).map(record_from_line(line)).document))
                if view.key:
                    document["event"]["id"] = f"{view.stream}-{number}"
                if view.key and view.stream != "alert":
                    earlier = document | {"@timestamp": "2020-01-01T00:00:00.000Z"}
                    put(connection, view.stream, f"{number}-before", earlier)
                put(connection, view.stream, str(number), document)
                if view.latest:
                    see(connection, "default", view.stream, str(number))
                documents.setdefault(view.stream, []).append(document)
        connection.commit()
    with page_over(folder) as page:
        yield Collected(page, documents)


# Fields by which Elastic's panels count, by dashboard and column.
FIELDS: Mapping[tuple[str, str], str] = {
    ("Activities", "user_id"): "user.id",
    ("Activities", "description"): f"{OWN}.activity.description.primary",
    ("Activities", "agent_id"): f"{OWN}.activity.agent.id",
    ("Activities", "os"): "observer.os.family",
    ("Activities", "host"): "host.name",
    ("Activities", "account"): f"{OWN}.activity.account.name",
    ("Agents", "firewall"): f"{OWN}.agent.firewall_enabled",
    ("Agents", "scan"): f"{OWN}.agent.scan.status",
    ("Agents", "arch"): f"{OWN}.agent.os.arch",
    ("Agents", "machine"): f"{OWN}.agent.machine.type",
    ("Agents", "infected"): f"{OWN}.agent.infected",
    ("Agents", "up_to_date"): f"{OWN}.agent.is_up_to_date",
    ("Agents", "is_active"): f"{OWN}.agent.is_active",
    ("Agents", "pending_uninstall"): f"{OWN}.agent.is_pending_uninstall",
    ("Agents", "group_ip"): f"{OWN}.agent.group.ip",
    ("Agents", "uninstalled"): f"{OWN}.agent.is_uninstalled",
    ("Agents", "mitigation"): f"{OWN}.agent.mitigation_mode",
    ("Agents", "vulnerability"): f"{OWN}.agent.apps_vulnerability_status",
    ("Agents", "installer"): f"{OWN}.agent.installer_type",
    ("Agents", "os_type"): "host.os.type",
    ("Agents", "os"): "host.os.name",
    ("Agents", "site"): f"{OWN}.agent.site.name",
    ("Agents", "active_threats"): f"{OWN}.agent.active_threats_count",
    ("Alerts", "severity"): "event.severity",
    ("Alerts", "os_family"): "host.os.family",
    ("Alerts", "agent_version"): "observer.version",
    ("Alerts", "scope"): f"{OWN}.alert.rule.scope_level",
    ("Alerts", "status"): f"{OWN}.alert.info.status",
    ("Alerts", "treat_as_threat"): f"{OWN}.alert.rule.treat_as_threat",
    ("Alerts", "event_type"): f"{OWN}.alert.info.event_type",
    ("Alerts", "rule"): "rule.name",
    ("Alerts", "rule_id"): "rule.id",
    ("Alerts", "rule_description"): "rule.description",
    ("Alerts", "host"): "host.name",
    ("Alerts", "host_type"): "host.type",
    ("Alerts", "agent_uuid"): "observer.serial_number",
    ("Alerts", "user"): "process.user.name",
    ("Applications", "installed"): "package.installed",
    ("Applications", "detected"): f"{OWN}.application.detection_date",
    ("Applications", "os"): "host.os.name",
    ("Applications", "host"): "host.name",
    ("Application Risk", "severity"): "event.severity",
    ("Application Risk", "application"): "package.name",
    ("Application Risk", "cve"): "vulnerability.cve",
    ("Groups", "type"): f"{OWN}.group.type",
    ("Groups", "rank"): f"{OWN}.group.rank",
    ("Groups", "creator"): "user.full_name",
    ("Groups", "agents"): f"{OWN}.group.agent.count",
    ("Threats", "engine"): f"{OWN}.threat.detection.engines.title",
    ("Threats", "mitigation_action"): f"{OWN}.threat.mitigation_status.action",
    ("Threats", "agent_active"): f"{OWN}.threat.agent.is_active",
    ("Threats", "mitigation_mode"): f"{OWN}.threat.agent.mitigation_mode",
    ("Threats", "mitigation_result"): f"{OWN}.threat.mitigation_status.status",
    ("Threats", "confidence"): f"{OWN}.threat.confidence_level",
    ("Threats", "extension_type"): f"{OWN}.threat.file.extension.type",
    ("Threats", "extension"): "threat.indicator.file.extension",
    ("Threats", "status"): f"{OWN}.threat.incident.status",
    ("Threats", "techniques"): "threat.technique.id",
    ("Threats", "infected"): f"{OWN}.threat.agent.infected",
    ("Threats", "classification"): f"{OWN}.threat.classification",
    ("Threats", "threat"): f"{OWN}.threat.name",
    ("Threat Events", "user"): "process.user.name",
    ("Threat Events", "time"): "@timestamp",
    ("Threat Events", "file_type"): "file.type",
    ("Threat Events", "indicator"): "threat.indicator.name",
    ("Threat Events", "source_ip"): "source.ip",
    ("Threat Events", "destination_ip"): "destination.ip",
    ("Unified Alerts", "severity"): "event.severity",
    ("Unified Alerts", "confidence"): f"{OWN}.unified_alert.confidence_level",
    ("Unified Alerts", "category"): f"{OWN}.unified_alert.analytics.category",
    ("Unified Alerts", "classification"): f"{OWN}.unified_alert.classification",
    ("Unified Alerts", "detected"): f"{OWN}.unified_alert.detected_at",
    ("Unified Alerts", "sha1"): "file.hash.sha1",
    ("Unified Alerts", "host"): "host.name",
}


def has(path: str, *wanted: Any) -> Test:
    """Tell whether a document has one of the values in a field; None stands for none."""
    return lambda document: any(value in wanted for value in at(document, path) or [None])


def everything(_document: Document) -> bool:
    """Pass every document."""
    return True


def both(*tests: Test) -> Test:
    """Tell whether a document passes all tests."""
    return lambda document: all(each(document) for each in tests)


def no(test: Test) -> Test:
    """Tell whether a document fails a test."""
    return lambda document: not test(document)


STATUS, MITIGATION = f"{OWN}.threat.incident.status", f"{OWN}.threat.mitigation.status"
UA = f"{OWN}.unified_alert"
UNRESOLVED = no(has(STATUS, "resolved"))
UNDER_WAY = has(f"{UA}.status", "NEW", "IN_PROGRESS")
# Filters of panels, in terms of the documents.
ONLY: Mapping[tuple[str, str], Test] = {
    ("Activities", "Top 10 Primary Description by Computer Name"): no(has("host.name", None)),
    ("Threats", "Total Resolved Threats"): has(STATUS, "resolved"),
    ("Threats", "Total Unresolved Threats"): has(STATUS, "unresolved"),
    ("Threats", "Active Threats"): both(UNRESOLVED, has(MITIGATION, "active", "not_mitigated")),
    ("Threats", "Total Blocked Threats"): both(UNRESOLVED, has(MITIGATION, "blocked")),
    ("Threats", "Total Mitigated Threats"): both(UNRESOLVED, has(MITIGATION, "mitigated")),
    ("Threats", "Total Detected - Suspicious Threats"): both(
        UNRESOLVED, has(f"{OWN}.threat.confidence_level", "suspicious")
    ),
    ("Threats", "Most Prevalent Threats"): UNRESOLVED,
    ("Unified Alerts", "New Unassigned Alerts"): both(
        has(f"{UA}.status", "NEW"),
        has(f"{UA}.result", "UNMITIGATED", "BENIGN", None),
        has(f"{UA}.assignee.user_id", None),
    ),
    ("Unified Alerts", "Unresolved Alerts"): both(
        UNDER_WAY, has(f"{UA}.severity", "CRITICAL", "HIGH", "MEDIUM", "LOW")
    ),
    ("Unified Alerts", "Top Security Alerts by File Hash"): both(UNDER_WAY, no(has("file.hash.sha1", None))),
    ("Unified Alerts", "Top Assets With Highest Alerts"): both(UNDER_WAY, has(f"{UA}.attack_surfaces", "ENDPOINT")),
}


def at(value: Any, path: str) -> list[Any]:
    """Return the different values of a field, also in lists of objects."""
    found = [value]
    for step in path.split("."):
        found = [each[step] for each in _flat(found) if isinstance(each, dict) and each.get(step) is not None]
    return list(dict.fromkeys(_flat(found)))


def _flat(values: Sequence[Any]) -> list[Any]:
    return [inner for each in values for inner in (_flat(each) if isinstance(each, list) else [each])]


def name_of(panel: object) -> str:
    """Return the name of a panel for the list of tests."""
    return f"{panel.dashboard} {panel.title}" if isinstance(panel, Panel) else ""


def view_of(panel: Panel) -> ListView:
    """Return the list that a panel's address leads to."""
    path = panel.address.partition("?")[0]
    return next(view for view in LIST_VIEWS if view.path == path)


def counted(documents: Sequence[Document], field: str) -> Counter[Any]:
    """Count documents by a field; None for those without it."""
    return Counter(value for each in documents for value in at(each, field) or [None])


def matching(panel: Panel, collected: Collected) -> Sequence[Document]:
    """Return the documents that a panel is about."""
    test = ONLY.get((panel.dashboard, panel.title), everything)
    return [each for each in collected.documents[view_of(panel).stream] if test(each)]


def ask(panel: Panel, page: TestClient, rest: str = "", **more: str) -> Any:
    """Ask the API with the parameters of a panel's address."""
    query = [each for each in parse_qsl(panel.address.partition("?")[2], keep_blank_values=True) if each[0] != "facet"]
    response = page.get(f"/api/v1/{view_of(panel).stream}{rest}?{urlencode([*query, *more.items()])}")
    assert response.status_code == 200, response.text
    return response.json()


def values_of(panel: Panel, page: TestClient, column: str, **more: str) -> Counter[Any]:
    """Ask the API for the counts of a column."""
    return Counter(
        {each["value"]: each["count"] for each in ask(panel, page, f"/values/{column}", limit="10000", **more)["data"]}
    )


def test_there_are_84_panels() -> None:
    """The table has all panels of the nine dashboards."""
    assert len(PANELS) == 84
    assert Counter(panel.dashboard for panel in PANELS) == {
        "Activities": 7,
        "Agents": 16,
        "Alerts": 10,
        "Applications": 4,
        "Application Risk": 5,
        "Groups": 5,
        "Threats": 21,
        "Threat Events": 6,
        "Unified Alerts": 10,
    }


@pytest.mark.parametrize("panel", PANELS, ids=name_of)
def test_address_of_a_panel(collected: Collected, panel: Panel) -> None:
    """The address of a panel is a page, and its list shows what the table says."""
    response = collected.page.get(panel.address)
    assert response.status_code == 200
    if panel.address == "/":
        return
    view = view_of(panel)
    columns = {name for name, _ in store_tables()[view.stream].columns}
    parameters = dict(parse_qsl(panel.address.partition("?")[2]))
    assert set(panel.columns) <= columns | {"time"}
    if panel.shown is Shown.VALUES:
        assert parameters["facet"] == panel.columns[0]
        assert f"<summary>{view.heading(panel.columns[0])}</summary>" in response.text
    if panel.shown is Shown.NESTED:
        assert set(panel.columns) <= set(view.facets)
    if panel.shown is Shown.GROUPS:
        assert parameters["by"] == panel.columns[0]
        assert set(panel.columns[1:]) <= {*view.facets, *view.groupings}
    if panel.shown is Shown.SORTED:
        assert set(panel.columns) <= set(view.columns)
    if panel.shown is Shown.CHART:
        assert panel.columns[0] in [time for time, _ in view.charts]


@pytest.mark.parametrize("panel", PANELS, ids=name_of)
def test_numbers_of_a_panel(collected: Collected, panel: Panel) -> None:
    """The numbers that the page and its API give for a panel are those of a count over the documents."""
    CHECKS[panel.shown](panel, collected)


def _total(panel: Panel, collected: Collected) -> None:
    expected = len(matching(panel, collected))
    assert ask(panel, collected.page)["total"] == expected
    text = collected.page.get(panel.address).text
    [shown] = re.findall(rf'data-testid="total-{view_of(panel).stream}"[^>]*>([^<]*)<', text)
    assert shown == f"{expected:,}"


def _values(panel: Panel, collected: Collected) -> None:
    [column] = panel.columns
    expected = counted(matching(panel, collected), FIELDS[panel.dashboard, column])
    assert set(expected) != {None}
    assert values_of(panel, collected.page, column) == expected


def _nested(panel: Panel, collected: Collected) -> None:
    first, second = panel.columns
    documents = matching(panel, collected)
    outer = counted(documents, FIELDS[panel.dashboard, first])
    assert values_of(panel, collected.page, first) == outer
    for value, _ in outer.most_common(5):
        inside = [each for each in documents if value in (at(each, FIELDS[panel.dashboard, first]) or [None])]
        expected = counted(inside, FIELDS[panel.dashboard, second])
        assert values_of(panel, collected.page, second, **{first: value or ""}) == expected


def _groups(panel: Panel, collected: Collected) -> None:
    documents = matching(panel, collected)
    field = FIELDS[panel.dashboard, panel.columns[0]]
    groups = ask(panel, collected.page)["groups"]
    assert Counter({each["value"]: each["documents"] for each in groups}) == counted(documents, field)
    if panel.dashboard == "Application Risk" and panel.columns[0] != "cve":
        cves: dict[Any, set[str]] = {}
        for each in documents:
            cves.setdefault(at(each, field)[0], set()).update(at(each, "vulnerability.cve"))
        assert {each["value"]: each["cves"] for each in groups} == {value: len(names) for value, names in cves.items()}


def _chart(panel: Panel, collected: Collected) -> None:
    times = [
        each
        for document in matching(panel, collected)
        for each in at(document, FIELDS[panel.dashboard, panel.columns[0]])
    ]
    assert times
    if panel.columns[0] == "time":
        answer = ask(panel, collected.page, "/over-time")["data"]
        assert Counter({each["hour"][:13]: each["count"] for each in answer}) == Counter(time[:13] for time in times)
    text = collected.page.get(panel.address).text
    assert str(len(times)) in re.findall(r'aria-label="[^":]* over time: ([0-9,]+) from', text)


def _sorted(panel: Panel, collected: Collected) -> None:
    [column] = panel.columns
    shown = [row[column] for row in ask(panel, collected.page, limit="1000")["data"]]
    expected = [value for each in matching(panel, collected) for value in at(each, FIELDS[panel.dashboard, column])]
    assert [value for value in shown if value is not None] == sorted(expected, reverse=True)


def _rows(panel: Panel, collected: Collected) -> None:
    fields = [FIELDS[panel.dashboard, column] for column in panel.columns]
    rows = ask(panel, collected.page, limit="1000")["data"]
    shown = Counter(tuple(row[column] for column in panel.columns) for row in rows)
    assert shown == Counter(
        tuple((at(each, field) or [None])[0] for field in fields) for each in matching(panel, collected)
    )


def _cves(panel: Panel, collected: Collected) -> None:
    answer = collected.page.get("/api/v1/overview").json()
    severe = "severity" in panel.columns
    risks = collected.documents["application_risk"]
    test = has(f"{OWN}.application_risk.severity", "CRITICAL", "HIGH") if severe else everything
    expected = {cve for each in risks if test(each) for cve in at(each, "vulnerability.cve")}
    assert answer["severe_cves" if severe else "cves"] == len(expected)
    text = collected.page.get(panel.address).text
    assert f"<b>{len(expected):,}</b>" in text


CHECKS: Mapping[Shown, Callable[[Panel, Collected], None]] = {
    Shown.TOTAL: _total,
    Shown.VALUES: _values,
    Shown.NESTED: _nested,
    Shown.GROUPS: _groups,
    Shown.CHART: _chart,
    Shown.SORTED: _sorted,
    Shown.ROWS: _rows,
    Shown.CVES: _cves,
}
