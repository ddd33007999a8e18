"""The JSON of a position: its version, written with each and checked when one is read."""

from collections.abc import Mapping
from typing import Any

from s1ecs.errors import StateError

# A position as a checkpoint keeps it.
SavedPosition = Mapping[str, Any]

# Version 1 carries no version; its keys are the same.
VERSION = 2

_KEY = "format"


def written(values: Mapping[str, Any]) -> dict[str, Any]:
    """Write the values that a position has, with the version; what is None or empty is left out."""
    return {**{name: value for name, value in values.items() if value not in (None, "")}, _KEY: VERSION}


def check_version(saved: SavedPosition) -> None:
    """Raise StateError for a position of a later version, which might be misunderstood."""
    if (version := saved.get(_KEY, 1)) > VERSION:
        raise StateError(
            f"a position was saved in version {version}, but this s1ecs reads up to {VERSION}: a newer s1ecs has "
            "written to this state directory; run that version"
        )
