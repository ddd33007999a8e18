"""Reachability of agents: orders take effect after a while, or wait until the agent is online."""

from datetime import datetime

from s1ecs.standin.action_state.agenda import Happen
from s1ecs.standin.actions.telling import change
from s1ecs.standin.console import StandinConsole


def is_offline(console: StandinConsole, agent_id: str) -> bool:
    """Return True if the agent is offline."""
    return not console.lists["agent"].shelf().record(agent_id)["isActive"]


def by_agent(console: StandinConsole, agent_id: str, happen: Happen, *, since: datetime | None = None) -> None:
    """Schedule an effect on the agent after the latency; an offline agent does it once it is back."""

    def reach(moment: datetime) -> None:
        if is_offline(console, agent_id):
            console.actions.waiting.append((agent_id, happen))
        else:
            happen(moment)

    console.actions.agenda.after(console.actions.controls.latency, reach, since=since)


def follow_controls(console: StandinConsole) -> None:
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


def _name_alike(console: StandinConsole) -> None:
    alike = console.actions.controls.named_alike
    shelf = console.lists["agent"].shelf()
    names = {host.id: host.name for host in console.organisation.hosts}
    for host in console.organisation.hosts:
        name = names.get(alike[0], host.name) if host.id in alike else host.name
        if shelf.record(host.id)["computerName"] != name:
            change(console, "agent", host.id, console.actions.clock(), computerName=name)
