"""What the streams tell of one organisation agrees."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from s1ecs.standin import invent
from s1ecs.standin.activities import activities
from s1ecs.standin.agents import agents
from s1ecs.standin.groups import groups
from s1ecs.standin.organisation import Organisation, organisation
from s1ecs.standin.threat_events import threat_events
from s1ecs.standin.threats import threats

from .conftest import NOW

Records = list[dict[str, Any]]


@pytest.fixture(scope="module")
def made() -> Organisation:
    """An organisation of 500 agents."""
    return organisation(1, NOW)


@pytest.fixture(scope="module")
def by_id(made: Organisation) -> dict[str, dict[str, Any]]:
    """Its agents by id."""
    return {agent["id"]: agent for agent in agents(made)}


def test_threats_name_their_agents(made: Organisation, by_id: dict[str, dict[str, Any]]) -> None:
    """A threat's agent is one of the list, the same in all that both tell."""
    for threat in threats(made):
        now, then = threat["agentRealtimeInfo"], threat["agentDetectionInfo"]
        agent = by_id[now["agentId"]]
        assert (now["agentComputerName"], now["agentUuid"], now["agentVersion"], now["agentOsType"]) == (
            agent["computerName"], agent["uuid"], agent["agentVersion"], agent["osType"],
        )  # fmt: skip
        for key in ("accountId", "groupId", "groupName", "siteId", "siteName", "networkStatus", "scanStatus"):
            assert now.get(key, agent[key]) == agent[key]
        assert (then["agentUuid"], then["externalIp"]) == (agent["uuid"], agent["externalIp"])
        assert (now["activeThreats"], now["agentInfected"]) == (agent["activeThreats"], agent["infected"])


def test_active_threats_are_counted(made: Organisation, by_id: dict[str, dict[str, Any]]) -> None:
    """An agent's number of active threats is that of its threats neither mitigated nor resolved."""
    active = Counter(
        threat["agentRealtimeInfo"]["agentId"]
        for threat in threats(made)
        if threat["threatInfo"]["mitigationStatus"] == "not_mitigated"
        and threat["threatInfo"]["incidentStatus"] != "resolved"
    )
    assert {agent["id"]: agent["activeThreats"] for agent in by_id.values() if agent["infected"]} == active
    assert active


def test_groups_count_their_agents(made: Organisation, by_id: dict[str, dict[str, Any]]) -> None:
    """A group's totalAgents is how many agents name it."""
    named = Counter(agent["groupId"] for agent in by_id.values())
    assert {group["id"]: group["totalAgents"] for group in groups(made) if group["totalAgents"]} == named


def test_activities_tell_of_agents_and_threats(made: Organisation, by_id: dict[str, dict[str, Any]]) -> None:
    """An activity's agent and threat exist, under the names that it has; every threat has an activity that found it."""
    names = {threat["id"]: threat["threatInfo"]["threatName"] for threat in threats(made)}
    found = set()
    for activity in activities(made):
        if activity["agentId"]:
            agent = by_id[activity["agentId"]]
            assert activity["data"].get("computerName", agent["computerName"]) == agent["computerName"]
            assert (activity["groupId"], activity["siteId"]) == (agent["groupId"], agent["siteId"])
        if activity["threatId"]:
            assert activity["data"].get("fileDisplayName", names[activity["threatId"]]) == names[activity["threatId"]]
        if activity["activityType"] in {19, 4003}:
            found.add(activity["threatId"])
    assert found == set(names)


def test_scans_agree(made: Organisation, by_id: dict[str, dict[str, Any]]) -> None:
    """Who has told that its scan is finished is an agent whose scan is finished at that moment."""
    told = [activity for activity in activities(made) if activity["activityType"] == 92]
    assert told
    for activity in told:
        assert by_id[activity["agentId"]]["scanFinishedAt"] == activity["createdAt"]


def test_texts_are_filled(made: Organisation) -> None:
    """No activity shows a template's braces or a None; types without a name have no description."""
    records = list(activities(made))
    texts = [activity["primaryDescription"] for activity in records if activity["primaryDescription"]]
    assert not [text for text in texts if "{" in text or "None" in text]
    assert {activity["activityType"] for activity in records if activity["primaryDescription"] is None} >= {16007, 3653}


def test_the_last_day(made: Organisation) -> None:
    """Activities, threats and their events lie within the 23 hours before now; most agents changed before."""
    first, last = invent.time_text(NOW - timedelta(hours=23)), invent.time_text(NOW)
    moments = [activity["createdAt"] for activity in activities(made)]
    for threat in threats(made):
        moments += [threat["threatInfo"]["createdAt"], threat["threatInfo"]["updatedAt"]]
    for host, incident in made.incidents.values():
        moments += [event["createdAt"] for event in threat_events(made, host, incident)]
    assert first < min(moments) < max(moments) <= last
    updated = [agent["updatedAt"] for agent in agents(made)]
    assert max(updated) <= last
    assert sum(moment < first for moment in updated) > len(updated) / 2


def test_sizes(made: Organisation) -> None:
    """Five hundred agents have about 25 groups, 5,000 activities and 150 threats."""
    assert (len(made.hosts), len(made.groups)) == (500, 25)
    assert 4500 < len(list(activities(made))) < 5500
    assert 120 < len(made.incidents) < 180


def test_a_smaller_organisation_is_the_beginning_of_a_larger(made: Organisation) -> None:
    """What 300 agents are and what happened to them is, byte for byte, what they are among 500."""
    smaller = organisation(1, NOW, 300)
    assert smaller.hosts == made.hosts[:300]
    assert smaller.groups == made.groups[: len(smaller.groups)]
    for records in (agents, threats, activities):
        larger = {record["id"]: record for record in records(made)}
        assert all(larger[record["id"]] == record for record in records(smaller))


def test_same_seed_same_organisation(made: Organisation) -> None:
    """The same seed and moment give the same records, another seed others."""
    again, other = organisation(1, NOW), organisation(2, NOW)
    for records in (agents, groups, threats, activities):
        assert list(records(again)) == list(records(made)) != list(records(other))
