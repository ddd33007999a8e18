"""The inventory of applications, their installations and their risks."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from s1ecs.standin.application_list import ApplicationList
from s1ecs.standin.installations import Installations
from s1ecs.standin.organisation import organisation
from s1ecs.standin.parameters.applications import INSTALLATIONS, INVENTORY, RISKS
from s1ecs.standin.parameters.parameter import Parameter

from .conftest import NOW, Hands, Start

BASE = "/web/api/v2.1/application-management"
LISTS = {"inventory": INVENTORY, "inventory/endpoints": INSTALLATIONS, "risks": RISKS}
AGENT = {"applicationName": "Sentinel Agent", "applicationVendor": "SentinelOne"}


class Asking:
    """Asks a console as fast as its limits let it."""

    def __init__(self, console: TestClient, hands: Hands) -> None:
        self._console = console
        self._hands = hands

    def page(self, path: str, **given: str) -> dict[str, Any]:
        """One page."""
        return self._get(path, 200, given)

    def refused(self, path: str, **given: str) -> int:
        """The code of the refusal."""
        code: int = self._get(path, 400, given)["errors"][0]["code"]
        return code

    def _get(self, path: str, status: int, given: dict[str, str]) -> dict[str, Any]:
        self._hands.seconds += 1
        answered = self._console.get(f"{BASE}/{path}", params=given)
        assert answered.status_code == status, answered.text
        body: dict[str, Any] = answered.json()
        return body

    def walk(self, path: str, **given: str) -> list[dict[str, Any]]:
        """All records, page by page."""
        page = self.page(path, **given)
        records: list[dict[str, Any]] = page["data"]
        while cursor := page["pagination"]["nextCursor"]:
            page = self.page(path, **given, cursor=cursor)
            records += page["data"]
        return records

    def count(self, path: str, **given: str) -> int:
        """How many records there are."""
        found: int = self.page(path, **given, countOnly="true")["pagination"]["totalItems"]
        return found


@pytest.fixture
def asking(console: TestClient, hands: Hands) -> Asking:
    """Asks the console of this test."""
    return Asking(console, hands)


def _all(asking: Asking) -> list[dict[str, Any]]:
    return [
        record
        for application in asking.walk("inventory", limit="1000")
        for record in asking.walk(
            "inventory/endpoints",
            applicationName=application["applicationName"],
            applicationVendor=application["applicationVendor"] or "",
            limit="1000",
        )
    ]


def test_installations_are_counted(asking: Asking, console: TestClient) -> None:
    """A walk of every application's installations brings as many different records as are counted, 24 a host."""
    records = _all(asking)
    assert len({record["id"] for record in records}) == len(records)
    assert len(records) == console.get("/_standin/counts").json()["application"]
    assert 11_000 < len(records) < 13_000


@pytest.mark.parametrize("limit", ["7", "50", "1000"])
def test_pages(asking: Asking, limit: str) -> None:
    """Pages of any size bring every application once, and every installation of one."""
    applications = asking.walk("inventory", limit=limit, sortBy="applicationVersionsCount", sortOrder="desc")
    keys = {(each["applicationName"], each["applicationVendor"]) for each in applications}
    assert len(keys) == len(applications) == asking.count("inventory")
    installed = asking.walk("inventory/endpoints", **AGENT, limit=limit, sortBy="osVersion")
    assert len({each["id"] for each in installed}) == len(installed) == 500


def test_peculiar_applications(asking: Asking) -> None:
    """There are applications without a vendor, with names that no address takes, and one name of two vendors."""
    found = {(each["applicationName"], each["applicationVendor"]) for each in asking.walk("inventory", limit="1000")}
    names = [name for name, _ in found]
    assert any(vendor is None for _, vendor in found)
    assert any("&" in name and "&" in (vendor or "") for name, vendor in found)
    assert any(not name.isascii() for name in names)
    assert len(names) > len(set(names))
    unknown = next(name for name, vendor in found if vendor is None)
    assert asking.count("inventory/endpoints", applicationName=unknown, applicationVendor="") > 0


def test_counts_of_an_application(asking: Asking) -> None:
    """The numbers of versions and hosts in the inventory are those of the installations."""
    for application in asking.walk("inventory", limit="1000")[:20]:
        installed = asking.walk(
            "inventory/endpoints",
            applicationName=application["applicationName"],
            applicationVendor=application["applicationVendor"] or "",
            limit="1000",
        )
        assert len({each["version"] for each in installed}) == application["applicationVersionsCount"]
        assert len({each["endpointId"] for each in installed}) == application["endpointsCount"]


def test_hosts_agree(asking: Asking) -> None:
    """An installation's and a risk's host is an agent of the organisation; its agent's version is its program's."""
    hosts = {host.id: host for host in organisation(1, NOW).hosts}
    installed = asking.walk("inventory/endpoints", **AGENT, limit="1000")
    assert [each["version"] for each in installed] == [hosts[each["endpointId"]].version for each in installed]
    for record in [*installed, *asking.walk("risks", limit="1000")]:
        host = hosts[record["endpointId"]]
        told = (record["endpointName"], record["endpointType"], record["osType"])
        assert told == (host.name, host.machine_type, host.system.type)


def test_a_risk_is_of_an_installation(asking: Asking, console: TestClient) -> None:
    """Every risk names an application in a version that is on the host; each is a different one."""
    installed = {(each["endpointId"], each["applicationName"], each["version"]) for each in _all(asking)}
    risks = asking.walk("risks", limit="1000")
    assert len({risk["id"] for risk in risks}) == len(risks)
    assert len(risks) == console.get("/_standin/counts").json()["application_risk"] > 5000
    for risk in risks:
        assert (risk["endpointId"], risk["applicationName"], risk["applicationVersion"]) in installed
        assert risk["application"] == f"{risk['applicationName']} {risk['applicationVersion']}"


def test_days_since_detection(asking: Asking) -> None:
    """DaysDetected is how long ago the detection was, and no risk is from the future or from before its CVE."""
    for risk in asking.walk("risks", limit="1000"):
        detected = risk["detectionDate"]
        assert risk["publishedDate"][:19] <= detected[:19] <= NOW.isoformat()[:19]
    old = asking.walk("risks", limit="1000", sortBy="daysDetected", sortOrder="desc")
    days = [risk["daysDetected"] for risk in old]
    assert days == sorted(days, reverse=True)
    assert days[0] > 100


def test_vulnerable_hosts_by_score(asking: Asking) -> None:
    """Scores sort as numbers, not as texts, and the severity goes with the score."""
    risks = asking.walk("risks", limit="1000", sortBy="baseScore")
    scores = [float(risk["baseScore"]) for risk in risks]
    assert scores == sorted(scores)
    assert {risk["severity"] for risk in risks} == {"CRITICAL", "HIGH", "MEDIUM", "LOW"}
    assert {risk["severity"] for risk, score in zip(risks, scores, strict=True) if score >= 9} == {"CRITICAL"}


def test_fewer_hosts() -> None:
    """In a smaller organisation of the same seed the hosts that are left keep their installations to the byte."""
    all_of = [Installations(organisation(1, NOW, agents)) for agents in (500, 60)]
    more, fewer = ([each.record(installed) for installed in each.all[:1000]] for each in all_of)
    assert more == fewer


def test_an_application_on_many_hosts() -> None:
    """With 2,000 agents the agent's own program is on more than a page of hosts."""
    applications = ApplicationList(Installations(organisation(1, NOW, 2000)))
    body = applications.endpoints({**AGENT, "limit": 1000})
    assert b'"nextCursor":null' not in body
    assert b'"totalItems":2000' in body


@pytest.mark.parametrize("path", LISTS)
def test_scope(asking: Asking, path: str) -> None:
    """The sites of the organisation split the list among them; of the inventory each has its own."""
    given = AGENT if path == "inventory/endpoints" else {}
    counts = [asking.count(path, **given, siteIds=site.id) for site in organisation(1, NOW).sites]
    assert all(counts)
    if path != "inventory":
        assert sum(counts) == asking.count(path, **given)


def test_inventory_of_some_hosts(asking: Asking) -> None:
    """A filter on hosts leaves the applications that are there, counted there."""
    linux = {"osTypes": "linux"}
    everywhere = {each["applicationName"]: each for each in asking.walk("inventory", limit="1000")}
    found = asking.walk("inventory", limit="1000", **linux)
    assert 0 < len(found) < len(everywhere)
    agent = next(each for each in found if each["applicationName"] == "Sentinel Agent")
    assert agent["endpointsCount"] == asking.count("inventory/endpoints", **AGENT, **linux) < 500


def test_every_filter_is_wired(asking: Asking) -> None:
    """Every text filter narrows its list: a value that no record has leaves nothing."""
    for path, parameters in LISTS.items():
        given = AGENT if path == "inventory/endpoints" else {}
        for parameter in parameters:
            if parameter.kind == "texts":
                assert asking.page(path, **given, **{parameter.name: "no such value"})["data"] == [], parameter.name


def _bounds(parameters: tuple[Parameter, ...]) -> list[str]:
    return [each.name.removesuffix("__gte") for each in parameters if each.name.endswith("__gte")]


@pytest.mark.parametrize("path", ["inventory/endpoints", "risks"])
def test_times(asking: Asking, path: str) -> None:
    """Bounds split a list in two, and a span in milliseconds is within it."""
    given = AGENT if path == "inventory/endpoints" else {}
    for name in _bounds(LISTS[path]):
        middle = "2025-10-01T00:00:00Z"
        counts = [asking.count(path, **given, **{f"{name}__{bound}": middle}) for bound in ("gte", "lt")]
        assert sum(counts) == asking.count(path, **given), name
        assert asking.count(path, **given, **{f"{name}__between": f"0-{int(NOW.timestamp() * 1000)}"}) > 0
        assert asking.count(path, **given, **{f"{name}__between": "0-1"}) == 0


def test_scores_and_days(asking: Asking) -> None:
    """RiskScore__between and daysFromCveDetection narrow the risks."""
    scores = [float(risk["riskScore"]) for risk in asking.walk("risks", limit="1000", riskScore__between="5-7.5")]
    assert scores
    assert all(5 <= score <= 7.5 for score in scores)
    fresh = asking.walk("risks", limit="1000", daysFromCveDetection="20")
    assert 0 < len(fresh) < asking.count("risks")
    assert {risk["daysDetected"] <= 20 for risk in fresh} == {True}


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("inventory/endpoints", {}),
        ("inventory/endpoints", {"applicationName": "Packer"}),
        ("inventory/endpoints", {"applicationVendor": "SentinelOne"}),
        ("inventory/endpoints", {**AGENT, "sortBy": "id"}),
        ("inventory", {"sortBy": "estimate"}),
        ("inventory", {"limit": "1001"}),
        ("inventory", {"applicationName": "Packer"}),
        ("risks", {"sortBy": "riskUpdatedDate"}),
        ("risks", {"limit": "0"}),
        ("risks", {"tenant": "true"}),
        ("risks", {"siteIds": "12"}),
        ("risks", {"riskScore__between": "high"}),
        ("risks", {"daysFromCveDetection": "29"}),
        ("risks", {"publishedDate__gte": "yesterday"}),
    ],
)
def test_strict(asking: Asking, path: str, given: dict[str, str]) -> None:
    """What a path does not have, or not like this, is refused."""
    assert asking.refused(path, **given) == 4000010


def test_cursor_of_another_application(asking: Asking) -> None:
    """The cursor of one application's installations is none of another's."""
    cursor = asking.page("inventory/endpoints", **AGENT)["pagination"]["nextCursor"]
    other = {"applicationName": "Packer", "applicationVendor": "River Tools Inc"}
    assert asking.refused("inventory/endpoints", **other, cursor=cursor) == 4000020


def test_unknown_application(asking: Asking) -> None:
    """An application that nobody has, or has from another vendor, has no installations."""
    given = {"applicationName": "Sentinel Agent", "applicationVendor": "Somebody"}
    assert asking.page("inventory/endpoints", **given) == {
        "data": [],
        "pagination": {"nextCursor": None, "totalItems": 0},
    }


def test_limit_and_permission(start: Start) -> None:
    """The inventory and its installations share three requests a second; risks need a permission of their own."""
    console = start()
    assert console.get(f"{BASE}/inventory").status_code == 200
    again = console.get(f"{BASE}/inventory/endpoints", params=AGENT)
    assert (again.status_code, again.headers["Retry-After"]) == (429, "1")
    assert console.get(f"{BASE}/risks").status_code == 200
    for token, refused in (("no-application", "inventory"), ("no-application_risk", "risks")):
        headers = {"Authorization": f"ApiToken {token}"}
        statuses = {path: console.get(f"{BASE}/{path}", headers=headers).status_code for path in ("inventory", "risks")}
        assert [path for path, status in statuses.items() if status == 403] == [refused]


def test_other_paths_have_buckets_of_their_own(start: Start) -> None:
    """Whoever asks for risks too often may still ask for unified alerts: what no published limit names is apart."""
    console = start()
    statuses = [console.get(f"{BASE}/risks", params={"limit": "1"}).status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]
    query = {"query": "{ alerts { totalCount } }"}
    assert console.post("/web/api/v2.1/unifiedalerts/graphql", json=query).status_code == 200
