"""Names of what s1ecs installs on a search server, and the mark by which it knows its own again."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

MANAGED_BY = "s1ecs"
VERSION = 1
"""Raised with every release that changes what is installed; a server's greater number is never lowered silently."""

PRIORITY = 300
"""Above the stack's `logs-*-*` (100) and Elastic's integration (200)."""

ECS_COMPONENT = "s1ecs-ecs"
SETTINGS_COMPONENT = "s1ecs-settings"
POLICY = "s1ecs-logs"


def stream_component(stream: str) -> str:
    """The component template of a stream's fields."""
    return f"s1ecs-sentinel_one.{stream}"


def logs_pattern(stream: str) -> str:
    """Pattern of the names of a stream's data streams in every namespace."""
    return f"logs-sentinel_one.{stream}-*"


def latest_pattern(stream: str) -> str:
    """Pattern of the names of a stream's latest-state indices in every namespace."""
    return f"sentinel_one-{stream}-latest-*"


def latest_alias(stream: str) -> str:
    """The name of a stream's latest states in all namespaces, as Elastic's integration calls it."""
    return f"logs-sentinel_one_latest.{stream}"


def digest(body: Mapping[str, Any]) -> str:
    """A short text that changes with the body."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]


def meta(body: Mapping[str, Any]) -> dict[str, Any]:
    """The mark of what s1ecs installs: by whom, which version, and of which body."""
    return {"managed_by": MANAGED_BY, "version": VERSION, "digest": digest(body)}
