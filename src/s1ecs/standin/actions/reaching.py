"""Whether agents can be reached: what they are told happens after a while, or waits until they can be."""

from datetime import datetime

from s1ecs.standin.actions.agenda import Happen
from s1ecs.standin.actions.telling import change
from s1ecs.standin.console import Console


def is_offline(console: Console, agent_id: str) -> bool:
    """Whether the agent can't be reached."""
    return not console.lists["agent"].shelf().record(agent_id)["isActive"]


def by_agent(console: Console, agent_id: str, happen: Happen, *, since: datetime | None = None) -> None:
    """Let the agent do that after the latency; one that is offline does it once it is back."""

    def reach(moment: datetime) -> None:
        if is_offline(console, agent_id):
            console.actions.waiting.append((agent_id, happen))
        else:
            happen(moment)

    console.actions.agenda.after(console.actions.controls.latency, reach, since=since)


def follow_controls(console: Console) -> None:
    """Take the agents off line, or back, and name those alike, that the controls tell of."""
    _name_alike(console)
    actions, moment = console.actions, console.actions.clock()
    for host in console.organisation.hosts:
        wanted = actions.is_told("offline", host.id, host.name)
        if wanted and host.id not in actions.put_offline and not is_offline(console, host.id):
            actions.put_offline.add(host.id)
            change(console, "agent", host.id, moment, isActive=False)
        elif not wanted and host.id in actions.put_offline:
            actions.put_offline.remove(host.id)
            change(console, "agent", host.id, moment, isActive=True)
            back = [happen for agent_id, happen in actions.waiting if agent_id == host.id]
            actions.waiting = [each for each in actions.waiting if each[0] != host.id]
            for happen in back:
                by_agent(console, host.id, happen)


def _name_alike(console: Console) -> None:
    alike = console.actions.controls.named_alike
    shelf = console.lists["agent"].shelf()
    names = {host.id: host.name for host in console.organisation.hosts}
    for host in console.organisation.hosts:
        name = names.get(alike[0], host.name) if host.id in alike else host.name
        if shelf.record(host.id)["computerName"] != name:
            change(console, "agent", host.id, console.actions.clock(), computerName=name)
