"""One response action on many hosts, with the installed command: killed in the middle, resumed, nothing sent twice."""

import json
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from .conftest import MOMENT, Start
from .responding import Acting

HOSTS, FAILING = 200, 20


@pytest.fixture(scope="module")
def acting(tmp_path_factory: pytest.TempPathFactory, start_standin: Start) -> Acting:
    """A stand-in with some hundred hosts to act on."""
    url = start_standin("--agents", "400", "--alerts", "1", "--now", MOMENT)
    return Acting(tmp_path_factory.mktemp("respond"), url)


def test_two_hundred_hosts_killed_in_the_middle_and_resumed(acting: Acting, tmp_path: Path) -> None:
    """Each host gets one request at most and two audit documents; those that fail are listed, and make it exit with 1.

    The command is killed when half is sent. What was not sent is sent by `respond resume`, and within the rate limits.
    """
    hosts = [agent["id"] for agent in acting.agents if agent["networkStatus"] == "connected" and agent["isActive"]]
    hosts = [*dict.fromkeys(hosts)][:HOSTS]
    failing = set(hosts[:: HOSTS // FAILING])
    before = acting.get("/_standin/requests")["too_many"]
    acting.control(latency=0.1, isolate_fails=sorted(failing))
    listed = tmp_path / "hosts.txt"
    listed.write_text("# of case 17\n" + "\n".join(hosts), encoding="utf-8")
    options = ("--yes", "--json", "--poll", "0.3", "--timeout", "15s")
    command = ("respond", "isolate", "--from-file", str(listed), "--comment", "case 17", *options)
    with acting.commands.running(*command) as process:
        while len(acting.received()) < HOSTS // 2:
            assert process.poll() is None
            time.sleep(0.05)
    rows = json.loads(acting.commands.ok("respond", "history", "--json"))
    assert len(rows) == HOSTS
    assert {row["status"] for row in rows} >= {"scheduled"}
    [batch] = {row["details"]["batch"] for row in rows}

    result = acting.commands.run("respond", "resume", batch, *options)
    assert result.returncode == 1, result.stderr
    ended = {line["hosts"][0]["id"]: line["status"] for line in map(json.loads, result.stdout.splitlines())}
    assert ended.keys() == set(hosts)
    sent = Counter(request["body"]["filter"]["ids"][0] for request in acting.received())
    assert max(sent.values()) == 1
    # Where the process died between writing down and sending nobody can tell, and nothing is sent again.
    never_sent = set(hosts) - sent.keys()
    assert {ended[host] for host in never_sent} <= {"unknown"}
    assert {host for host, status in ended.items() if status == "failed"} == failing - never_sent
    assert all(host in result.stderr for host in failing)
    documents = acting.commands.query("SELECT agent_id, state FROM response_action")
    assert Counter((row["agent_id"], row["state"]) for row in documents) == Counter(
        (host, state) for host in hosts for state in ("requested", "finished")
    )
    assert acting.get("/_standin/requests")["too_many"] == before


def test_targets_as_people_know_them(acting: Acting) -> None:
    """Names in any case, addresses and ids of one host are one host; what can't be done is listed and makes it fail."""
    one, threat = acting.host("linux"), acting.first("/threats")
    named = [one["computerName"].swapcase(), one["id"], one["uuid"], _mac_of_one(acting), threat["id"], "ws-no-such"]
    result = acting.commands.run("respond", "release", *named, "--dry-run", "--json", "--force")
    shown = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 1
    sent = [line["body"]["filter"]["ids"] for line in shown if "body" in line]
    assert sent == [[one["id"]], [acting.agents[0]["id"]], [threat["agentRealtimeInfo"]["agentId"]]], result.stdout
    [refused] = [line for line in shown if "reason" in line]
    assert "no agent has the id" in refused["reason"]


def _mac_of_one(acting: Acting) -> str:
    """The MAC address of a host that no other has, which is made the first of the agents."""
    of_all = Counter(_octets(agent) for agent in acting.agents)
    acting.agents.sort(key=lambda agent: of_all[_octets(agent)])
    return _octets(acting.agents[0]).replace("-", "").lower()


def _octets(agent: Mapping[str, Any]) -> str:
    return str(agent["networkInterfaces"][0]["physical"]).replace(":", "-").upper()
