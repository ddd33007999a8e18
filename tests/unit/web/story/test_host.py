"""The page of a host."""

import re
from html import unescape
from typing import Any

from s1ecs.web.pages.act_targets import act_values
from s1ecs.web.shown_values import NOTHING
from s1ecs.web.story.host_story import HostStory
from s1ecs.web.story.opened_item import ItemAddress, story_at
from tests.unit.web.story.site import Site, action
from tests.unit.web.story.test_story import TIMES, agent, alert, text_of, threat, total


def risk(cve: str, severity: int, score: float, host: str = "ws-042", agent_id: str = "a1") -> dict[str, Any]:
    """Make the document of a vulnerability."""
    return {
        "event": {"severity": severity},
        "vulnerability": {"id": cve, "score": {"base": score}},
        "resource": {"name": host},
        "host": {"id": agent_id},
        "package": {"name": "app"},
    }


async def test_isolation_is_told_in_words(site: Site) -> None:
    """The page says first whether the host is on the network."""
    for state, words in (
        ("connected", "connected to the network"),
        ("disconnected", "isolated from the network"),
        ("connecting", "being reconnected to the network"),
        ("disconnecting", "being isolated from the network"),
    ):
        site.put("agent", state, agent(state, f"ws-{state}", network_status=state))
        assert f"ws-{state} is {words}" in text_of((await site.item("agent", state)).text)


async def test_the_latest_state_is_told_with_what_changed(site: Site) -> None:
    """The state that the inventory names is told; each difference to the state before stands with its time."""
    site.put("agent", "old=", agent("a1", "ws-042", infected=False))
    site.put("agent", "new=", {**agent("a1", "ws-042", infected=True), "@timestamp": TIMES[5]})
    site.connection.execute("UPDATE things SET id = 'new=' WHERE id = 'old='")
    page = (await site.item("agent", "a1")).text
    assert 'data-id="new="' in page
    changes = text_of(page.partition('aria-label="Changes"')[2].partition("</section>")[0])
    assert "2026-03-02 09:05:00 UTC sentinel_one.agent.infected no → yes" in changes
    assert "is an older state" in (await site.item("agent", "old=")).text


async def test_each_count_equals_the_list_behind_it(site: Site) -> None:
    """The numbers of a host are those of the lists that they lead to, also where others have the host's name."""
    site.put("agent", "H=", agent("a1", "ws-042"))
    site.put("agent", "H2=", agent("a2", "ws-042"))
    site.put("agent", "H3=", agent("a1", "ws-042"), "other")
    for number, agent_id in enumerate(("a1", "a1", "a2")):
        site.put("threat", f"T{number}=", {**threat(str(number)), "host": {"name": "ws-042", "id": agent_id}})
        site.put("application_risk", f"R{number}=", risk(f"CVE-{number}", 73, 5.0, agent_id=agent_id))
        own = {"alert": {"agent": {"id": agent_id}}}
        site.put("alert", f"A{number}=", alert(str(number), sentinel_one=own))
    site.put("alert", "A9=", alert("9"), "other")
    site.put("activity", "Y=", {"message": "Seen", "host": {"name": "ws-042"}, "@timestamp": TIMES[1]})
    # It is no longer on the host: the last complete walk did not see it.
    site.put("application_risk", "gone=", risk("CVE-gone", 99, 9.9))
    site.connection.execute("UPDATE things SET round = 0 WHERE id = 'gone='")
    site.connection.execute("INSERT INTO rounds (console, stream, completed) VALUES ('default', 'application_risk', 1)")
    page = (await site.item("agent", "a1", console="default")).text
    counts = page.partition('aria-label="On this host"')[2].partition("</ul>")[0]
    found = re.findall(r'<a href="([^"]+)"><b>(\d+)</b> ([^<]+)</a>', counts)
    assert len(found) == 7
    for link, count, _ in found:
        assert total(await site.get(unescape(link))) == int(count), link
    numbers = {name: int(count) for _, count, name in found}
    assert (numbers["threats"], numbers["alerts"], numbers["vulnerabilities"]) == (2, 2, 2)
    assert "CVE-gone" not in page


async def test_a_console_that_was_renamed(site: Site) -> None:
    """What is gone does not count either while the documents of a renamed console have its old name."""
    site.put("agent", "H=", agent("a1", "ws-042"), "old")
    for identity in ("there", "gone"):
        site.put("application_risk", f"{identity}=", risk(f"CVE-{identity}", 99, 9.9), "old")
    site.connection.execute("UPDATE things SET round = 0 WHERE id = 'gone='")
    site.connection.execute("UPDATE things SET console = 'new'")
    site.connection.execute("INSERT INTO rounds (console, stream, completed) VALUES ('new', 'application_risk', 1)")
    site.connection.execute("INSERT INTO consoles (name, born, moving) VALUES ('new', 'old', 'old')")
    page = (await site.item("agent", "a1")).text
    [link] = re.findall(r'<a href="([^"]+)"><b>1</b> vulnerability', page)
    assert total(await site.get(unescape(link))) == 1
    assert "CVE-gone" not in page


async def test_the_worst_vulnerabilities_come_first(site: Site) -> None:
    """Of the vulnerabilities of a host the ten worst are told, by severity, then score."""
    site.put("agent", "H=", agent("a1", "ws-042"))
    for number in range(12):
        site.put("application_risk", f"R{number}=", risk(f"CVE-{number:02}", 21, float(number)))
    site.put("application_risk", "critical=", risk("CVE-critical", 99, 1.0))
    site.put("application_risk", "elsewhere=", risk("CVE-elsewhere", 99, 9.0, "ws-043", "a3"))
    page = (await site.item("agent", "a1")).text
    assert re.findall(r">(CVE-[\w-]+)<", page) == ["CVE-critical", *(f"CVE-{number:02}" for number in range(11, 2, -1))]


async def test_an_action_on_several_hosts_is_one_of_each(site: Site) -> None:
    """An action on a selection stands on the page of each of its hosts, and on no other, whatever their names share."""
    names, ids = ["ws-1", "ws-2", "ws-3", "ws-4"], ["a1", "a2", "a3", "a4"]
    document = action("1", "done", target={"kind": "agent", "id": ids, "name": names})
    hosts = {"host": {"name": names, "id": ids}, "related": {"hosts": names}}
    site.put("response_action", "R=", {**document, **hosts})
    for agent_id, name in (("a1", "ws-1"), ("a4", "ws-4"), ("a5", "ws-1-2"), ("a6", "ws-5")):
        site.put("agent", f"{agent_id}=", agent(agent_id, name))
    for agent_id, stands in (("a1", True), ("a4", True), ("a5", False), ("a6", False)):
        page = (await site.item("agent", agent_id)).text
        actions = page.partition('aria-label="Response actions"')[2].partition("</section>")[0]
        assert ("on ws-1, ws-2, ws-3 and 1 more" in actions) == stands, agent_id


async def test_interfaces_and_addresses_are_told(site: Site) -> None:
    """Each network interface stands with its addresses, MAC address and gateway."""
    interfaces = [
        {"name": "eth0", "inet": ["192.0.2.7"], "inet6": ["2001:db8::7"], "gateway": {"ip": "192.0.2.1"}},
        {"id": "2", "inet": "192.0.2.8"},
        {"gateway": "odd"},
    ]
    site.put("agent", "H=", agent("a1", "ws-042", network_interfaces=interfaces))
    page = (await site.item("agent", "a1")).text
    words = text_of(page.partition('aria-label="Network interfaces"')[2].partition("</section>")[0])
    assert f"eth0 192.0.2.7, 2001:db8::7 {NOTHING} 192.0.2.1" in words
    assert "2 192.0.2.8" in words


async def test_actions_and_findings_of_the_host_are_told(site: Site) -> None:
    """Threats, alerts, activity and response actions of the host stand on its page, the newest first."""
    site.put("agent", "H=", agent("225494730938493301", "ws-042"))
    site.put("threat", "T=", threat())
    site.put("alert", "A1=", alert("first", minute=1))
    site.put("alert", "A2=", alert("second", minute=2))
    site.put("response_action", "R=", action("1", "done"))
    page = (await site.item("agent", "225494730938493301")).text
    assert page.index("Rule second") < page.index("Rule first")
    assert "evil.exe" in page
    assert "isolate" in page.partition('aria-label="Response actions"')[2]


def test_what_can_be_acted_on_is_handed_to_the_part_that_acts(site: Site) -> None:
    """A host offers actions on itself, a threat on itself and its host; a document without an id offers none."""
    site.put("agent", "H=", agent("a1", "ws-042"))
    site.put("threat", "T=", threat())
    site.put("unified_alert", "U=", {"event": {"id": "u1"}, "host": {"name": "ws-042"}})
    site.put("agent", "none=", {"event": {"kind": "pipeline_error"}})
    expected = {
        ("agent", "H="): ("a1", ["host"], "a1"),
        ("threat", "T="): ("77", ["threat", "host"], "a1"),
        ("unified_alert", "U="): ("u1", ["unified_alert", "host"], "a1"),
    }
    for (stream, identity), (object_id, kinds, agent_id) in expected.items():
        story = story_at(site.connection, ItemAddress(stream, identity, "", None))
        assert not isinstance(story, list | tuple)
        values = act_values(story)  # type: ignore[arg-type]
        [target] = values["act_targets"]
        assert (target.id, list(target.kinds), target.agent_id, target.host) == (object_id, kinds, agent_id, "ws-042")
        assert (values["act_stream"], values["act_console"], values["act_id"]) == (stream, "default", object_id)
        assert (values["act_agent_id"], values["act_host"]) == (agent_id, "ws-042")
    story = story_at(site.connection, ItemAddress("agent", "none=", "", None))
    assert isinstance(story, HostStory)
    assert act_values(story)["act_targets"] == []


async def test_an_application_and_its_vulnerabilities_lead_to_each_other(site: Site) -> None:
    """A vulnerability says on how many hosts it is, and an application which ones it has on this host."""
    for number, host in enumerate(("ws-1", "ws-2", "ws-3")):
        site.put("agent", f"H{number}=", agent(f"a{number}", host))
    for number in range(2):
        site.put("application_risk", f"R{number}=", risk("CVE-1", 73, 7.0, f"ws-{number + 1}", f"a{number}"))
    site.put("application", "P=", {"package": {"name": "app", "version": "1"}, "host": {"name": "ws-1"}})
    page = (await site.item("application_risk", "R0=")).text
    assert "CVE CVE-1 on 2 of 3 hosts 2 vulnerabilities" in text_of(page)
    [link] = re.findall(r'<a href="([^"]+)">2 vulnerabilities<', page)
    assert total(await site.get(unescape(link))) == 2
    assert 'href="/applications/P%3D?console=default"' in page
    page = (await site.item("application", "P=")).text
    assert "Application app on 1 of 3 hosts 1 application" in text_of(page)
    assert 'href="/vulnerabilities/R0%3D?console=default"' in page
    assert "R1%3D" not in page


async def test_activity_and_actions_lead_to_what_they_are_about(site: Site) -> None:
    """An activity about a threat, an action on one and a group lead to the threat and to the hosts."""
    site.put("threat", "T=", threat())
    site.put("activity", "Y=", {"message": "Marked", "sentinel_one": {"activity": {"threat": {"id": "77"}}}})
    site.put("response_action", "R=", action("1", "done", target={"kind": "threat", "id": "77"}))
    site.put("group", "G=", {"group": {"name": "Laptops"}})
    for stream, identity in (("activity", "Y="), ("response_action", "R=")):
        assert 'href="/threats/T%3D?console=default"' in (await site.item(stream, identity)).text
    assert 'href="/hosts?console=default&amp;group_name=Laptops"' in (await site.item("group", "G=")).text
