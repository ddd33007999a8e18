"""The agent that a HOST means, asked of the console: by the host itself, or by its alert or threat."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from s1ecs.errors import ActionRefused, ConsoleError
from s1ecs.escaping import one_line
from s1ecs.respond.actions.action import On
from s1ecs.respond.plan import hosts, targets
from s1ecs.respond.session import ActionConsole
from s1ecs.respond.trackers.tracker import records
from s1ecs.respond.validators import is_console_id

# Whoever may act on hosts need not be allowed to read these.
_FINDINGS = (On.THREAT, On.ALERT)


@dataclass(frozen=True)
class FoundHost:
    """The record of an agent; `by` is what it was found by, "" where the record shows that itself."""

    agent: Mapping[str, Any]
    by: str = ""


async def find_host(console: ActionConsole, host: str) -> FoundHost:
    """Find the agent that a HOST means; raise ActionRefused where none or several fit, ConsoleError types."""
    if (found := await _by_itself(console, host)) or (found := await _by_finding(console, host)):
        return found
    raise hosts.unknown(host, await _suggested(console, host))


async def _by_itself(console: ActionConsole, host: str) -> FoundHost | None:
    for way in hosts.ways(host):
        # What several agents may share can fill more than a page; ids are read together with those of other hosts.
        data = await (console.read_all(way.read) if way.shared else console.read(way.read))
        agents = [each for each in records(data) if isinstance(each, dict)]
        agent = hosts.choose(host, way, agents)
        if agent is not None:
            return FoundHost(agent, way.told)
    return None


async def _by_finding(console: ActionConsole, text: str) -> FoundHost | None:
    """The agent of the threat or alert with this id; None where there is no such thing."""
    kinds = _FINDINGS if is_console_id(text) else (On.UNIFIED_ALERT,) if hosts.is_uuid(text) else ()
    for on in kinds:
        try:
            finding, _ = targets.target_in(
                on, text, await console.read(targets.read_of(on, text)), console.client.now()
            )
        except ConsoleError as error:
            if error.transient:
                raise
            continue
        except ActionRefused:
            continue
        named = one_line(f"{finding.kind} {text} ({finding.name})")
        for agent_id in filter(None, (finding.agent, finding.uuid)):
            if found := await _by_itself(console, agent_id):
                return FoundHost(found.agent, named)
        raise ActionRefused(f"the console does not know the host of {named}, or the token cannot read it")
    return None


async def _suggested(console: ActionConsole, host: str) -> list[str]:
    """Names like this one; none where the console can't be asked, which is no reason to fail otherwise."""
    agents = []
    for read in hosts.near_reads(host):
        try:
            data = await console.read(read)
        except ConsoleError:
            return []
        agents += [each for each in records(data) if isinstance(each, dict)]
    return hosts.near(host, agents)
