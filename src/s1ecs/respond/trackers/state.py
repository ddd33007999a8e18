"""State of a tracker: a frozen dataclass for each kind of tracking, written as JSON and read back here alone."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any, ClassVar, Self, TypeVar

from s1ecs.errors import StateTooNew

_VERSION = "version"


@dataclass(frozen=True)
class StateUpdate:
    """Facts that the responses to an action's requests add to the state of its tracker.

    `parent`: the console's task of a script. `each`: of an action with a request for each value of an argument, the
    values whose request was sent without a response; none: all of them.
    """

    parent: str = ""
    each: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrackerState:
    """Base of the states. A field without a default is one that tracking can't do without.

    `version` is that of the JSON; version 0 is JSON without a version, written before there were any.
    """

    version: ClassVar[int] = 1

    @property
    def as_wanted_before(self) -> bool:
        """True if the wanted state was there before the request, as far as a single value tells."""
        return False

    def updated(self, update: StateUpdate) -> Self:
        """Return the state with what the responses told; most trackers need none of it."""
        return self


@dataclass(frozen=True)
class ActivityState(TrackerState):
    """Agent `id`; from when on activities are asked for, and the ids of those to pass over (`known`)."""

    id: str
    since: str
    known: tuple[str, ...] = ()


S = TypeVar("S", bound=TrackerState)


def write_state(state: TrackerState) -> dict[str, Any]:
    """Return the state as JSON, with its version."""
    return {_VERSION: state.version} | {each.name: _written(getattr(state, each.name)) for each in fields(state)}


def read_state(state_type: type[S], data: Any) -> S | None:
    """Return the state that this JSON describes; None where it lacks what tracking can't do without.

    Keys that the type does not have are ignored, missing ones and nulls get their defaults. Raises StateTooNew for the
    JSON of a later version.
    """
    if not isinstance(data, Mapping):
        return None
    refuse_later(data, state_type.version)
    known = fields(state_type)
    found = {each.name: _read(data[each.name]) for each in known if data.get(each.name) is not None}
    if any(each.name not in found for each in known if _is_needed(each)):
        return None
    return state_type(**found)


def refuse_later(data: Mapping[str, Any], version: int) -> None:
    """Raise StateTooNew for JSON that has a later version than this one."""
    if data.get(_VERSION, 0) > version:
        raise StateTooNew(
            f"the action was last updated by a newer s1ecs (its state has version {data[_VERSION]}, this s1ecs reads "
            f"up to {version}): run that version or a later one"
        )


def _written(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value


def _read(value: Any) -> Any:
    # Lists are tuples in memory: states are frozen, and compared to see whether there is anything new to save.
    return tuple(value) if isinstance(value, list) else value


def _is_needed(each: Field[Any]) -> bool:
    return each.default is MISSING and each.default_factory is MISSING
