"""Response actions with the installed command, each to its end: what the stand-in receives, and what came of it."""

import json
import re

import pytest

from s1ecs.respond.actions.table import ACTIONS

from .conftest import MOMENT, Start
from .respond_cases import CASES, UNIFIED, filled, known, typed
from .responding import Acting, same


@pytest.fixture(scope="module")
def acting(tmp_path_factory: pytest.TempPathFactory, start_standin: Start) -> Acting:
    """A stand-in to act on, with a state folder that the tests of this file share."""
    url = start_standin("--agents", "300", "--alerts", "20", "--now", MOMENT)
    return Acting(tmp_path_factory.mktemp("respond"), url)


@pytest.mark.parametrize("name", CASES)
def test_an_action_to_its_end(acting: Acting, name: str) -> None:
    """The console receives exactly the request that the API describes, once, and the action is done."""
    words, method, path, body = CASES[name]
    ids = known(acting, words[0])
    acting.control()
    status, result = acting.act(*typed(name, words, ids))
    assert (status, result["status"]) == (0, "done"), result
    [received] = acting.received()
    assert (received["method"], received["path"], received["query"]) == (method, filled(path, ids), {})
    assert same(filled(body, ids), received["body"]), received["body"]
    assert ACTIONS[name].method == method
    assert re.fullmatch("[0-9a-f-]{36}", result["id"])


def test_unified_alerts_to_their_end(acting: Acting) -> None:
    """Verdict, status and note of a unified alert go by the mutation alertTriggerActions, for this alert alone."""
    alert = acting.unified_alert()
    acting.control()
    for name, (value, action, payload) in UNIFIED.items():
        status, result = acting.act(*name.split(), alert, value)
        assert (status, result["status"]) == (0, "done"), result
        variables = acting.received()[-1]["body"]["variables"]
        assert variables["filter"] == {"or": [{"and": [{"fieldId": "id", "stringEqual": {"value": alert}}]}]}
        assert variables["actions"] == [{"id": action, "payload": {payload: {"value": value}}}]
    assert [each["path"] for each in acting.received()] == ["/unifiedalerts/graphql"] * 3


def test_removing_from_lists(acting: Acting) -> None:
    """A value is looked up first, and removed by the ids of its items in this very scope; without any it is refused."""
    agent = acting.agents[0]
    value = "3395856ce81f2b7382dee72602f798b642f14140"
    item = {"value": value, "type": "black_hash"}
    site, account = {"siteIds": [agent["siteId"]]}, {"accountIds": [agent["accountId"]]}
    acting.send("/restrictions", {"data": {**item, "osType": "windows"}, "filter": account})
    for system in ("macos", "windows"):
        acting.send("/restrictions", {"data": {**item, "osType": system}, "filter": site})
    indicator = {"source": "x", "type": "DNS", "value": "evil.example"}
    acting.send("/threat-intelligence/iocs", {"data": [indicator], "filter": site})
    of_site = ("--site", agent["siteId"])
    assert acting.act("blocklist", "add", value, "--os", "windows", *of_site)[1]["reason"].startswith("already")
    acting.control()
    assert acting.act("blocklist", "remove", value, *of_site)[1]["status"] == "done"
    assert acting.act("ioc", "remove", "evil.example", *of_site)[1]["status"] == "done"
    blocked, removed = acting.received()
    assert (blocked["method"], blocked["path"]) == ("DELETE", "/restrictions")
    assert blocked["body"]["data"]["type"] == "black_hash"
    assert len(blocked["body"]["data"]["ids"]) == 2
    assert (removed["method"], removed["path"]) == ("DELETE", "/threat-intelligence/iocs")
    assert removed["body"]["filter"].keys() == {"siteIds", "uuids"}
    status, result = acting.act("blocklist", "remove", value, *of_site)
    assert (status, result["status"]) == (1, "refused")


def test_a_sha256_on_the_blocklist(acting: Acting) -> None:
    """A SHA-256 goes and comes back under its own key: added, listed, known as there already, found and removed."""
    site = ("--site", acting.agents[0]["siteId"])
    sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    acting.control()
    assert acting.act("blocklist", "add", sha256, "--os", "linux", *site)[1]["status"] == "done"
    [added] = acting.received()
    assert {key: added["body"]["data"].get(key) for key in ("value", "sha256Value")} == {
        "value": None,
        "sha256Value": sha256,
    }
    assert acting.act("blocklist", "add", sha256.upper(), "--os", "linux", *site)[1]["reason"].startswith("already")
    assert sha256 in acting.commands.ok("respond", "blocklist", "list", *site)
    [listed] = json.loads(acting.commands.ok("respond", "blocklist", "list", sha256.upper(), *site, "--json"))
    assert listed["sha256Value"] == sha256
    status, removed = acting.act("blocklist", "remove", sha256.upper(), *site)
    assert (status, removed["status"], removed["details"]["value"]) == (0, "done", sha256.upper())
    assert acting.received()[-1]["body"]["data"]["ids"] == [listed["id"]]
    assert acting.commands.ok("respond", "blocklist", "list", sha256, *site, "--json") == "[]\n"


def test_an_indicator_in_other_letters_is_removed(acting: Acting) -> None:
    """A hash that was added in capital letters is found and removed in small ones."""
    site = {"siteIds": [acting.agents[0]["siteId"]]}
    indicator = {"source": "x", "type": "SHA256", "value": "AB" * 32}
    acting.send("/threat-intelligence/iocs", {"data": [indicator], "filter": site})
    _, result = acting.act("ioc", "remove", "ab" * 32, "--site", site["siteIds"][0])
    assert (result["status"], result["details"]["affected"]) == ("done", 1)
