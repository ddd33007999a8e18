"""Threats and alerts: what is done about them, decided and noted."""

from typing import Any

import pytest

from s1ecs.standin.actions.unified import is_mutation

from .acting import Actor, actor, ids
from .conftest import API

__all__ = ["actor"]

_TRIGGER = """mutation T($filter: OrFilterSelectionInput!, $actions: [TriggerActionInput!]!, $viewType: ViewType) {
  alertTriggerActions(filter: $filter, actions: $actions, viewType: $viewType) {
    __typename ... on ActionsTriggered { actions { success { id } failure { id errorMessage } } } } }"""
_ONE = """query Q($filters: [FilterInput!]) {
  alerts(first: 1, filters: $filters) { edges { node { id status analystVerdict noteExists updatedAt } } } }"""


def now(actor: Actor, threat: dict[str, Any]) -> dict[str, Any]:
    """The threat as it is now."""
    (found,) = actor.get("/threats", ids=threat["id"])
    return dict(found)


@pytest.mark.parametrize(
    ("word", "name", "told"),
    [
        ("kill", "kill", 2001),
        ("quarantine", "quarantine", 2004),
        ("un-quarantine", "unquarantine", 2026),
        ("remediate", "remediate", 2002),
        ("rollback-remediation", "rollback", 2003),
    ],
)
def test_mitigation(actor: Actor, word: str, name: str, told: int) -> None:
    """A mitigation is pending under the record's name for it, then a success that an activity tells of."""
    threat = actor.threat()
    answered = actor.post(f"/threats/mitigate/{word}", ids(threat))["data"]
    assert answered == {"affected": 1, "details": [{"reports": [], "skipped": [], "threatId": threat["id"]}]}
    first = now(actor, threat)["mitigationStatus"][0]
    assert (first["action"], first["status"], first["mitigationEndedAt"]) == (name, "pending", None)
    actor.wait()
    after = now(actor, threat)
    first = after["mitigationStatus"][0]
    assert (first["action"], first["status"], first["mitigationEndedAt"]) == (name, "success", first["lastUpdate"])
    assert after["threatInfo"]["updatedAt"] > threat["threatInfo"]["updatedAt"]
    expected = "not_mitigated" if word == "un-quarantine" else "mitigated"
    assert after["threatInfo"]["mitigationStatus"] == expected
    assert len(actor.activities(told, threatIds=threat["id"])) == 1


def test_mitigation_that_does_not_work(actor: Actor) -> None:
    """Told so, it fails or ends otherwise; off line it stays pending, and a second order is skipped."""
    threat = actor.threat()
    actor.tell(mitigate_fails=True)
    actor.post("/threats/mitigate/kill", ids(threat))
    actor.wait()
    assert now(actor, threat)["mitigationStatus"][0]["status"] == "failed"
    actor.tell(mitigate_status="pending-reboot")
    actor.post("/threats/mitigate/kill", ids(threat))
    actor.wait()
    assert now(actor, threat)["mitigationStatus"][0]["status"] == "pending-reboot"
    actor.tell(offline=True)
    actor.post("/threats/mitigate/kill", ids(threat))
    actor.wait(60)
    assert now(actor, threat)["mitigationStatus"][0]["status"] == "pending"
    (detail,) = actor.post("/threats/mitigate/kill", ids(threat))["data"]["details"]
    assert detail["skipped"][0]["reason"] == "triggered"


def test_what_a_system_cannot_do(actor: Actor) -> None:
    """Only Windows rolls back: elsewhere the threat is skipped as not supported."""
    threat = Actor(agents=200)
    linux = threat.threat("linux")
    answered = threat.post("/threats/mitigate/rollback-remediation", ids(linux))["data"]
    assert answered["affected"] == 0
    assert answered["details"][0]["skipped"][0]["reason"] == "not_supported"
    actor.post("/threats/mitigate/explode", ids(linux), 400)


def test_verdict_of_a_threat(actor: Actor) -> None:
    """A verdict is in the record and told by 2030; the same again affects nothing, being set already."""
    threat = actor.threat()
    old = threat["threatInfo"]["analystVerdict"]
    new = "suspicious" if old != "suspicious" else "true_positive"
    body = {**ids(threat), "data": {"analystVerdict": new}}
    for result, affected in (("updated", 1), ("already_set", 0)):
        answered = actor.post("/threats/analyst-verdict", body)["data"]
        assert answered == {"affected": affected, "details": [{"result": result, "threatId": threat["id"]}]}
    assert now(actor, threat)["threatInfo"]["analystVerdict"] == new
    (told,) = actor.activities(2030, threatIds=threat["id"])
    assert (told["data"]["oldAnalystVerdict"], told["data"]["newAnalystVerdict"]) == (old, new)
    actor.tell(missing_permissions=[threat["id"]])
    answered = actor.post("/threats/analyst-verdict", {**body, "data": {"analystVerdict": "undefined"}})["data"]
    assert (answered["affected"], answered["details"][0]["result"]) == (0, "missing_permissions")
    actor.tell(no_details=True)
    assert actor.post("/threats/analyst-verdict", body)["data"] == {"affected": 0}


def test_status_of_a_threat(actor: Actor) -> None:
    """A status may come with a verdict, and both are set; a verdict alone is no status."""
    threat = actor.threat()
    body = {**ids(threat), "data": {"incidentStatus": "in_progress", "analystVerdict": "false_positive"}}
    assert actor.post("/threats/incident", body)["data"]["affected"] == 1
    info = now(actor, threat)["threatInfo"]
    assert (info["incidentStatus"], info["analystVerdict"]) == ("in_progress", "false_positive")
    actor.post("/threats/incident", {**ids(threat), "data": {"analystVerdict": "false_positive"}}, 400)
    actor.post("/threats/incident", {**ids(threat), "data": {"incidentStatus": "RESOLVED"}}, 400)


def test_notes(actor: Actor) -> None:
    """A note is in the threat's list, by the token's user."""
    threat = actor.threat()
    assert actor.post("/threats/notes", {**ids(threat), "data": {"text": "seen"}})["data"]["affected"] == 1
    (note,) = actor.get(f"/threats/{threat['id']}/notes")
    assert (note["text"], note["creator"]) == ("seen", "Responder")
    actor.post("/threats/notes", {**ids(threat), "data": {"text": ""}}, 400)
    assert actor.client.get(f"{API}/threats/999999999999999999/notes").status_code == 404


@pytest.mark.parametrize(
    ("path", "key", "value", "shown"),
    [
        ("analyst-verdict", "analystVerdict", "TRUE_POSITIVE", "True positive"),
        ("analyst-verdict", "analystVerdict", "suspicious", "Suspicious"),
        ("incident", "incidentStatus", "IN_PROGRESS", "In progress"),
    ],
)
def test_alerts(actor: Actor, path: str, key: str, value: str, shown: str) -> None:
    """An alert takes words in capitals too and shows them as its list does, with a new time."""
    alert = actor.get("/cloud-detection/alerts")[0]["alertInfo"]
    body = {"filter": {"ids": [alert["alertId"]]}, "data": {key: value}}
    assert actor.post(f"/cloud-detection/alerts/{path}", body)["data"] == {"affected": 1}
    info = actor.get("/cloud-detection/alerts", ids=alert["alertId"])[0]["alertInfo"]
    assert (info[key], info["updatedAt"] > alert["updatedAt"]) == (shown, True)
    actor.post(f"/cloud-detection/alerts/{path}", {**body, "data": {key: "maybe"}}, 400)


def graphql(actor: Actor, query: str, **variables: Any) -> dict[str, Any]:
    """The answer to a query or mutation."""
    found: dict[str, Any] = actor.post("/unifiedalerts/graphql", {"query": query, "variables": variables})
    return found


def trigger(actor: Actor, alert_id: str, action: str, **payload: str) -> dict[str, Any]:
    """The one action's result."""
    conditions = [{"fieldId": "id", "stringEqual": {"value": alert_id}}]
    actions = [{"id": action, "payload": {key: {"value": value} for key, value in payload.items()}}]
    variables = {"filter": {"or": [{"and": conditions}]}, "actions": actions, "viewType": "ALL"}
    (done,) = graphql(actor, _TRIGGER, **variables)["data"]["alertTriggerActions"]["actions"]
    return dict(done)


def unified(actor: Actor, *ids: str) -> dict[str, Any]:
    """A unified alert as it is now: that of the id, or the first."""
    filters = [{"fieldId": "id", "stringIn": {"values": list(ids)}}] if ids else []
    found = graphql(actor, _ONE, filters=filters)["data"]["alerts"]["edges"][0]["node"]
    return dict(found)


def test_unified_alerts(actor: Actor) -> None:
    """Status, verdict and note of the one alert that the filter names are changed, with a new time."""
    before = unified(actor)
    for action, payload in (
        ("S1/alert/statusUpdate", {"status": "RESOLVED"}),
        ("S1/alert/analystVerdictUpdate", {"analystVerdict": "FALSE_POSITIVE_BENIGN"}),
        ("S1/alert/addNote", {"note": "seen"}),
    ):
        done = trigger(actor, before["id"], action, **payload)
        assert done == {"success": [{"id": before["id"]}], "failure": []}
    after = unified(actor, before["id"])
    assert (after["status"], after["analystVerdict"], after["noteExists"]) == (
        "RESOLVED",
        "FALSE_POSITIVE_BENIGN",
        True,
    )
    assert after["updatedAt"] > before["updatedAt"]
    assert len(actor.log()["requests"]) == 3


def test_a_refused_write_looks_like_a_done_one(actor: Actor) -> None:
    """Who may not write gets ActionsTriggered with the alert under failure, and nothing changes."""
    before = unified(actor)
    actor.by("good")
    done = trigger(actor, before["id"], "S1/alert/addNote", note="x")
    assert (done["success"], done["failure"][0]["errorMessage"]) == ([], "Insufficient permissions")
    assert unified(actor, before["id"]) == before


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("S1/alert/explode", {"status": "NEW"}),
        ("S1/alert/statusUpdate", {"status": "DONE"}),
        ("S1/alert/statusUpdate", {"note": "NEW"}),
        ("S1/alert/analystVerdictUpdate", {"analystVerdict": "maybe"}),
    ],
)
def test_bad_actions_on_unified_alerts(actor: Actor, action: str, payload: dict[str, str]) -> None:
    """An action, a payload or a value that is none is an error of the whole mutation."""
    actions = [{"id": action, "payload": {key: {"value": value} for key, value in payload.items()}}]
    answered = graphql(actor, _TRIGGER, filter={"or": []}, actions=actions)
    assert answered["data"] is None
    assert answered["errors"][0]["message"].startswith("actions: ")


def test_note_by_its_own_mutation(actor: Actor) -> None:
    """AddAlertNote adds a note; of no alert it is an error."""
    alert_id = unified(actor)["id"]
    add = 'mutation { addAlertNote(alertId: "%s", text: "x", plainText: "x", type: PLAIN_TEXT) { id text } }'
    assert graphql(actor, add % alert_id)["data"]["addAlertNote"]["text"] == "x"
    assert unified(actor, alert_id)["noteExists"] is True
    assert graphql(actor, add % "none")["errors"][0]["message"] == "alert not found: none"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"query": 3}', b'{"query": "{ alerts { totalCount } }"}', b'{"query": "x"}']
)
def test_what_is_no_mutation(body: bytes) -> None:
    """Only a mutation is kept as an acting request."""
    assert not is_mutation(body)


def test_growth_leaves_decisions_alone(actor: Actor) -> None:
    """A threat that somebody decided about may change as the console grows, but the decision stands."""
    threat = actor.threat()
    actor.post("/threats/analyst-verdict", {**ids(threat), "data": {"analystVerdict": "suspicious"}})
    decided = now(actor, threat)["threatInfo"]
    actor.client.post("/_standin/growth", json={"per_minute": 1200})
    actor.wait(60)
    info = now(actor, threat)["threatInfo"]
    assert info["updatedAt"] > decided["updatedAt"]
    assert info["analystVerdict"] == "suspicious"
