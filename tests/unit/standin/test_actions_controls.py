"""/_standin/actions: what is told, what is shown; connections that are dropped; faults on acting paths."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from .acting import Actor, actor, ids
from .conftest import API
from .test_faults_on_the_wire import Served, console, process

__all__ = ["actor", "console", "process"]


def test_requests_are_shown_in_order(actor: Actor) -> None:
    """Every acting request, refused or not, with its body, time and answer; reading is none."""
    agent = actor.agents()[0]
    actor.post("/agents/actions/disconnect", ids(agent))
    actor.wait()
    actor.post("/agents/actions/connect", {}, 400)
    shown = actor.log()
    done, refused = shown["requests"]
    assert (done["method"], done["path"], done["body"]) == ("POST", "/agents/actions/disconnect", ids(agent))
    assert (done["when"], done["done"], done["status"]) == ("2026-01-31T12:00:00.250000Z", True, 200)
    assert (refused["done"], refused["status"]) == (False, 400)
    assert shown["counts"] == {"POST /agents/actions/disconnect": 1, "POST /agents/actions/connect": 1}


def test_controls_replace_those_before(actor: Actor) -> None:
    """POST puts all anew, DELETE ends all and empties the list of requests."""
    actor.tell(latency=3, offline=True)
    actor.tell(script_fails=True)
    controls = actor.log()["controls"]
    assert (controls["latency"], controls["offline"], controls["script_fails"]) == (1.0, False, True)
    actor.post("/agents/actions/connect", ids(actor.agents()[0]))
    actor.client.delete("/_standin/actions")
    shown = actor.log()
    assert (shown["controls"]["script_fails"], shown["requests"]) == (False, [])


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"unknown": 1}',
        b'{"latency": -1}',
        b'{"latency": true}',
        b'{"offline": "x"}',
        b'{"offline": [1]}',
        b'{"drop_after": "x"}',
        b'{"hostile_zip": "nice"}',
        b'{"answer_errors": [1]}',
        b'{"no_details": 1}',
    ],
)
def test_bad_controls(actor: Actor, body: bytes) -> None:
    """What is no control, or not like this, is refused with 400 and a reason."""
    assert actor.client.post("/_standin/actions", content=body).status_code == 400


def test_errors_beside_data(actor: Actor) -> None:
    """Told so, a request is answered with 200 and errors, and nothing is done."""
    agent = actor.agents()[0]
    actor.tell(answer_errors=[{"code": 5000010, "title": "Trouble"}])
    assert actor.post("/agents/actions/disconnect", ids(agent))["errors"][0]["title"] == "Trouble"
    assert actor.agent(agent["id"])["networkStatus"] == "connected"
    assert actor.log()["requests"][0]["done"] is False


def test_latency(actor: Actor) -> None:
    """Agents take as long as they are told."""
    actor.tell(latency=10)
    agent = actor.agents()[0]
    actor.post("/agents/actions/disconnect", ids(agent))
    actor.wait(9)
    assert actor.agent(agent["id"])["networkStatus"] == "disconnecting"
    actor.wait(1)
    assert actor.agent(agent["id"])["networkStatus"] == "disconnected"


def test_the_documentation_names_every_control(actor: Actor) -> None:
    """The table of controls in docs/standin.md has all of them and no other."""
    page = (Path(__file__).parents[3] / "docs" / "standin.md").read_text("utf-8")
    rows = re.findall(r"^\| (`.*?`) \|", page.partition("## Controls of response actions")[2], re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == set(actor.log()["controls"])


def test_agents_named_alike(actor: Actor) -> None:
    """Told so, several agents have one computer name, and get their own back afterwards."""
    first, second = actor.agents()[:2]
    actor.tell(named_alike=[first["id"], second["id"]])
    found = actor.get("/agents", computerName=first["computerName"])
    assert {each["id"] for each in found} == {first["id"], second["id"]}
    actor.tell()
    assert actor.agent(second["id"])["computerName"] == second["computerName"]


def test_what_changed_is_held(actor: Actor) -> None:
    """What a collector is held to has every state that an action made."""
    agent = actor.agents()[0]
    actor.post("/agents/actions/disconnect", ids(agent))
    actor.wait()
    held = [json.loads(line) for line in actor.client.get("/_standin/held?stream=agent").text.splitlines()]
    states = [each["record"]["networkStatus"] for each in held if each["record"]["id"] == agent["id"]]
    assert states == ["connected", "disconnecting", "disconnected"]


def act(served: Served, agent_id: str) -> tuple[int, Any]:
    """Isolate an agent; raises what a dropped connection raises."""
    answered = served.ask(
        f"{API}/agents/actions/disconnect",
        "POST",
        json.dumps({"filter": {"ids": [agent_id]}}),
        Authorization="ApiToken actor",
    )
    return answered.status, answered.body


def agent_of(served: Served) -> str:
    """The id of an agent that can be reached and is on the network."""
    found = served.json(f"{API}/agents?isActive=true&networkStatuses=connected&limit=1")["data"]
    return str(found[0]["id"])


@pytest.mark.parametrize(("control", "status"), [("drop_before", "connected"), ("drop_after", "disconnecting")])
def test_dropped_connections(console: Served, control: str, status: str) -> None:
    """The connection is reset once, before or after the request is done; the list tells which."""
    console.ask("/_standin/actions", "DELETE")
    console.ask("/_standin/actions", "POST", json.dumps({control: 1, "latency": 3600}))
    agent = agent_of(console)
    with pytest.raises(ConnectionError):
        act(console, agent)
    assert console.json(f"{API}/agents?ids={agent}")["data"][0]["networkStatus"] == status
    shown = console.json("/_standin/actions")
    (received,) = shown["requests"]
    assert (received["dropped"], received["done"]) == (True, control == "drop_after")
    assert shown["controls"][control] == 0
    assert act(console, agent)[0] == 200


def test_faults_strike_acting_paths(console: Served) -> None:
    """The faults of lists strike actions too: an answer in the console's place, and the request never arrives."""
    console.ask("/_standin/actions", "DELETE")
    console.rules({"kind": "server_error", "path": "/agents/actions", "at_most": 1})
    agent = agent_of(console)
    assert act(console, agent)[0] == 503
    assert console.json("/_standin/actions")["requests"] == []
    assert act(console, agent)[0] == 200
