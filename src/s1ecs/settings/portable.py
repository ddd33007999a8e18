"""Settings of a console that every machine can use: no secret among them, and no path that starts in some folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from s1ecs.settings.exposed_secrets import exposes_secret
from s1ecs.settings.raw_values import Problems, RawValue, plain
from s1ecs.settings.setting import Level
from s1ecs.settings.table import ACTION_TOKENS, TOKENS, rows
from s1ecs.settings.value_types import PATH

_PATHS = {"path", "file"}


def refuse_unportable(key: str, given: RawValue, problems: Problems) -> None:
    """Refuse a secret, which would be kept as plain text, and a path that means another file on each machine."""
    if not isinstance(given.content, str):
        return
    if exposes_secret(key, given.content):
        ways = ACTION_TOKENS if key.startswith("action_") else TOKENS
        cure = f"use {', '.join(ways[1:-1])} or {ways[-1]}" if "token" in key else "leave the secret out"
        problems.add(given, f"contains a secret, and s1ecs does not keep secrets of consoles in its state; {cure}")
    elif _is_path(key) and not Path(given.content).is_absolute():
        problems.add(given, "is not an absolute path; every worker reads this file under the same path")


def portable(values: Mapping[str, RawValue]) -> dict[str, Any]:
    """Return settings as JSON, with absolute paths; raise ValueError for a path without a meaning."""
    return {key: _portable(key, given) for key, given in values.items() if given.content is not None}


def _portable(key: str, given: RawValue) -> Any:
    if _is_path(key) and isinstance(given.content, str):
        return str(PATH.read(given.content, given.folder))
    return plain(given)


def _is_path(key: str) -> bool:
    row = rows(Level.CONSOLE).get(key)
    return row is not None and row.kind.name in _PATHS
