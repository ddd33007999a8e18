"""What agents do when they are told to, as their records and activities show it."""

import pytest

from .acting import Actor, actor, ids

__all__ = ["actor"]


def test_isolation_takes_a_while_and_is_told(actor: Actor) -> None:
    """Isolated: disconnecting at once, disconnected after the latency, activity 61 first and 1001 then."""
    agent = actor.agents()[0]
    assert actor.post("/agents/actions/disconnect", ids(agent)) == {"data": {"affected": 1}, "errors": None}
    assert actor.agent(agent["id"])["networkStatus"] == "disconnecting"
    assert [each["activityType"] for each in actor.activities(61, 1001, agentIds=agent["id"])] == [61]
    actor.wait()
    now = actor.agent(agent["id"])
    assert now["networkStatus"] == "disconnected"
    ordered, done = actor.activities(61, 1001, agentIds=agent["id"])
    assert (ordered["activityType"], done["activityType"]) == (61, 1001)
    assert (ordered["data"]["username"], ordered["userId"]) == ("Responder", "1800000000000000100")
    assert now["updatedAt"] > agent["updatedAt"]


def test_isolation_that_fails(actor: Actor) -> None:
    """Told to fail, the agent stays on the network and activity 2010 says so."""
    agent = actor.agents()[0]
    actor.tell(isolate_fails=[agent["computerName"]])
    actor.post("/agents/actions/disconnect", ids(agent))
    actor.wait()
    assert actor.agent(agent["id"])["networkStatus"] == "connected"
    assert [each["activityType"] for each in actor.activities(1001, 2010, agentIds=agent["id"])] == [2010]


def test_release(actor: Actor) -> None:
    """Released: connecting, then connected with activity 1002."""
    agent = actor.agents()[0]
    actor.post("/agents/actions/disconnect", ids(agent))
    actor.wait()
    actor.post("/agents/actions/connect", {**ids(agent), "data": {}})
    assert actor.agent(agent["id"])["networkStatus"] == "connecting"
    actor.wait()
    assert actor.agent(agent["id"])["networkStatus"] == "connected"
    assert len(actor.activities(1002, agentIds=agent["id"])) == 1


def test_an_offline_agent_waits(actor: Actor) -> None:
    """An agent off line is affected, but does nothing until it is back; its record tells that it is not active."""
    agent = actor.agents()[0]
    actor.tell(offline=[agent["id"]])
    assert actor.agent(agent["id"])["isActive"] is False
    assert actor.post("/agents/actions/disconnect", ids(agent))["data"] == {"affected": 1}
    actor.wait(3600)
    assert actor.agent(agent["id"])["networkStatus"] == "disconnecting"
    actor.tell()
    actor.wait()
    assert actor.agent(agent["id"])["networkStatus"] == "disconnected"


def test_shutdown_needs_an_agent_that_can_be_reached(actor: Actor) -> None:
    """A reachable agent is inactive after a shutdown; one off line is not shut down later."""
    near, far = actor.agents()[:2]
    actor.tell(offline=[far["id"]])
    actor.post("/agents/actions/shutdown", ids(near, far))
    actor.wait()
    assert actor.agent(near["id"])["isActive"] is False
    actor.tell()
    actor.wait(10)
    assert actor.agent(far["id"])["isActive"] is True


def test_scan(actor: Actor) -> None:
    """A scan starts after the latency and finishes when its time is over, with activities 71, 90 and 92."""
    agent = actor.agents()[0]
    actor.post("/agents/actions/initiate-scan", {**ids(agent), "data": {}})
    actor.wait()
    assert actor.agent(agent["id"])["scanStatus"] == "started"
    actor.wait(2)
    now = actor.agent(agent["id"])
    assert (now["scanStatus"], now["scanFinishedAt"]) == ("finished", now["updatedAt"])
    kinds = [each["activityType"] for each in actor.activities(71, 90, 91, 92, agentIds=agent["id"])]
    assert kinds == [71, 90, 92]


def test_a_scan_is_aborted(actor: Actor) -> None:
    """An aborted scan never finishes, but the one after it does."""
    agent = actor.agents()[0]
    actor.post("/agents/actions/initiate-scan", ids(agent))
    actor.wait()
    actor.post("/agents/actions/abort-scan", ids(agent))
    actor.wait()
    assert actor.agent(agent["id"])["scanStatus"] == "aborted"
    actor.post("/agents/actions/initiate-scan", ids(agent))
    actor.wait(1.5)
    assert actor.agent(agent["id"])["scanStatus"] == "started"
    actor.wait(2)
    assert actor.agent(agent["id"])["scanStatus"] == "finished"


def test_broadcast_is_for_systems_that_show_it(actor: Actor) -> None:
    """Windows and macOS show messages; a Linux agent is not affected."""
    for system, affected in (("windows", 1), ("macos", 1), ("linux", 0)):
        body = {**ids(actor.agents(system)[0]), "data": {"message": "Call the desk."}}
        assert actor.post("/agents/actions/broadcast", body)["data"]["affected"] == affected


@pytest.mark.parametrize(
    ("action", "shown"),
    [
        ("uninstall", {"isUninstalled": True, "isActive": False}),
        ("decommission", {"isDecommissioned": True, "isActive": False}),
        ("disable-agent", {"operationalState": "disabled"}),
    ],
)
def test_drastic_ones(actor: Actor, action: str, shown: dict[str, object]) -> None:
    """What they do is in the agent's record; an agent that is gone is no longer affected by anything."""
    agent = actor.agents()[0]
    data = {"data": {"shouldReboot": False}} if action == "disable-agent" else {}
    assert actor.post(f"/agents/actions/{action}", {**ids(agent), **data})["data"]["affected"] == 1
    actor.wait()
    record = actor.agent(agent["id"])
    assert {key: record[key] for key in shown} == shown
    still = 1 if action == "disable-agent" else 0
    assert actor.post("/agents/actions/disconnect", ids(agent))["data"]["affected"] == still


def test_restart(actor: Actor) -> None:
    """A restarted host's system began after the restart was told."""
    agent = actor.agents()[0]
    actor.post("/agents/actions/restart-machine", ids(agent))
    actor.wait()
    assert actor.agent(agent["id"])["osStartTime"] == "2026-01-31T12:00:01Z"
    assert len(actor.activities(74, agentIds=agent["id"])) == 1


def test_an_empty_filter_hits_every_agent(actor: Actor) -> None:
    """As on a console: whoever sends one isolates all hosts, and a test of s1ecs would see it."""
    everyone = actor.get("/agents/count", isDecommissioned="False")["total"]
    assert actor.post("/agents/actions/disconnect", {"filter": {}})["data"]["affected"] == everyone > 50


def test_a_token_of_one_site(actor: Actor) -> None:
    """It sees and affects the agents of its site; others are silently not affected."""
    sites = {each["siteId"] for each in actor.get("/agents", limit=60)}
    own = actor.by("actor-site").get("/agents", limit=60)
    (site,) = {each["siteId"] for each in own}
    (other, *_) = [each for each in actor.by("actor").agents() if each["siteId"] != site]
    assert len(sites) > 1
    actor.by("actor-site")
    assert actor.post("/agents/actions/disconnect", ids(other))["data"] == {"affected": 0}
    assert actor.get("/agents", ids=other["id"]) == []


def test_told_to_affect_nothing(actor: Actor) -> None:
    """An agent that is told to be left out is not affected, and nothing becomes of it."""
    agent = actor.agents()[0]
    actor.tell(affected_zero=[agent["id"]])
    assert actor.post("/agents/actions/disconnect", ids(agent))["data"] == {"affected": 0}
    actor.wait()
    assert actor.agent(agent["id"])["networkStatus"] == "connected"


def test_move_within_a_site() -> None:
    """Only agents of the group's own site move; both groups count anew, and a second time nothing moves."""
    actor = Actor(agents=200)
    groups = actor.get("/groups", limit=100)
    agents = actor.agents()
    agent, group = next(
        (agent, group)
        for agent in agents
        for group in groups
        if group["siteId"] == agent["siteId"] and group["id"] != agent["groupId"]
    )
    other = next(each for each in agents if each["siteId"] != agent["siteId"])
    path = f"/groups/{group['id']}/move-agents"
    assert actor.send("PUT", path, ids(agent, other))["data"] == {"agentsMoved": 1}
    assert actor.agent(agent["id"])["groupName"] == group["name"]
    (now,) = actor.get("/groups", id=group["id"])
    assert now["totalAgents"] == group["totalAgents"] + 1
    assert actor.send("PUT", path, ids(agent))["data"] == {"agentsMoved": 0}
    assert len(actor.activities(95, agentIds=agent["id"])) == 1


def test_moves_that_answer_otherwise(actor: Actor) -> None:
    """Told so, a move is answered with 409, or with 204 and nothing."""
    path = f"/groups/{actor.get('/groups')[0]['id']}/move-agents"
    actor.tell(move_answer="conflict")
    assert actor.send("PUT", path, ids(actor.agents()[0]), 409)["errors"][0]["code"] == 4090010
    actor.tell(move_answer="empty")
    answered = actor.client.put(f"/web/api/v2.1{path}", json=ids(actor.agents()[0]))
    assert (answered.status_code, answered.content) == (204, b"")
