"""Targets of response actions beside an item, for the part of the page that offers them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from s1ecs.web.story.finding_story import FindingStory
from s1ecs.web.story.host_story import HostStory

_KINDS: Mapping[str, str] = {"agent": "host", "threat": "threat", "alert": "alert", "unified_alert": "unified_alert"}


@dataclass(frozen=True)
class ActTarget:
    """An item that can be acted on.

    `id` is SentinelOne's id of it, `document` the id of its document; `kinds` name what kinds of action fit: on the
    item itself, and on its host where the agent is known.
    """

    stream: str
    console: str
    id: str
    document: str
    agent_id: str
    host: str
    kinds: Sequence[str]


def act_values(story: FindingStory | HostStory) -> dict[str, Any]:
    """Return the variables of the template that offers actions; `act_targets` is empty where none fits."""
    item, host = story.item, story.host
    agent_id = host.agent_id or (item.object_id if item.stream == "agent" else "")
    kinds = [_KINDS[item.stream]] if item.stream in _KINDS and item.object_id else []
    if agent_id and "host" not in kinds:
        kinds.append("host")
    target = ActTarget(item.stream, item.console, item.object_id, item.id, agent_id, host.name, kinds)
    return {
        "act_targets": [target] if kinds else [],
        "act_stream": target.stream,
        "act_console": target.console,
        "act_id": target.id,
        "act_document": target.document,
        "act_agent_id": target.agent_id,
        "act_host": target.host,
        "act_kinds": target.kinds,
    }
