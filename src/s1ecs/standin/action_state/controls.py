"""Controls by which tests make actions go wrong: the JSON of POST /_standin/actions, which no console has.

An `Ids` is true (all), false (none) or a list of ids; agents may be named by their computer name too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args, get_origin

import orjson

from s1ecs.standin.refusal import bad_request

Ids = bool | Sequence[str]
Table = Literal["json", "csv", "ps", "text"]
Hostile = Literal["traversal", "absolute", "symlink", "bomb", "many"]


@dataclass
class Controls:
    """Controls as tests set them; initially nothing goes wrong.

    Counts of drops go down as they are used; `true` never ends.
    """

    # How many seconds an agent takes for each stage of what it is told to do, and for a whole full disk scan.
    latency: float = 1.0
    scan_lasts: float = 2.0
    # How many seconds a link to a script's results is good for.
    links_last: float = 3600.0
    # The connection is reset before, or after, the next acting requests are done: so many of them.
    drop_before: bool | int = 0
    drop_after: bool | int = 0
    # Agents, threats, alerts: not affected, and nothing else is said; or refused for want of permission, as `details`.
    affected_zero: Ids = False
    missing_permissions: Ids = False
    # Answers without `details`, as older consoles give.
    no_details: bool = False
    # Goes into `errors` of answers with status 200, beside their data; nothing is done.
    answer_errors: Sequence[Mapping[str, Any]] = field(default_factory=list)
    # Agents: not reached, so that what they are told waits; or their isolation fails.
    offline: Ids = False
    # Agents that get the computer name of the first of them.
    named_alike: Sequence[str] = field(default_factory=list)
    isolate_fails: Ids = False
    # What agents end a threat's mitigation with; agents whose mitigation fails.
    mitigate_fails: Ids = False
    mitigate_status: Literal["success", "pending-reboot", "partial"] = "success"
    # Types of activity that are not written: true for all.
    forget_activities: bool | Sequence[int] = False
    # Agents, or ids of their uploads or of scripts' tasks: what they gave is gone.
    expired_files: Ids = False
    # Paths that agents don't find, though their upload succeeds.
    missing_files: Sequence[str] = field(default_factory=list)
    hostile_zip: Hostile | None = None
    # How much of what agents upload is encrypted as it was told: all, all but the first file, nothing.
    zip_encryption: Literal["all", "some", "none"] = "all"
    # Agents where scripts fail; scripts that need approval; the status that tasks end with, and what is said of it.
    script_fails: Ids = False
    approval_required: Ids = False
    script_status: str = "completed"
    script_detail: str | None = None
    status_code: str | int | None = None
    # How lists of processes are written; null: as the agent's system does.
    process_table: Table | None = None
    # The links of results once more below `data`, as the API's description has them.
    nested_links: bool = False
    # How PUT /groups/{id}/move-agents answers.
    move_answer: Literal["empty", "conflict"] | None = None

    def shown(self) -> dict[str, Any]:
        """Return it as it can be read again."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def drops(self, name: Literal["drop_before", "drop_after"]) -> bool:
        """Return True if the connection of this request is dropped; one drop fewer is left then."""
        left = getattr(self, name)
        if left is not True and left > 0:
            setattr(self, name, left - 1)
        return bool(left)


def has(ids: Ids, *candidates: str) -> bool:
    """Return True if one of the ids was named."""
    return ids is True or (not isinstance(ids, bool) and any(each in ids for each in candidates))


def read(body: bytes) -> Controls:
    """Return what that body tells, all else as it is at first; raises Refusal."""
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise bad_request("body: not JSON") from None
    if not isinstance(given, dict):
        raise bad_request("body: not an object")
    known = {each.name: each for each in fields(Controls)}
    for name, value in given.items():
        if name not in known:
            raise bad_request(f"{name}: no such control; there are: {', '.join(known)}")
        if not _fits(known[name].type, value):
            raise bad_request(f"{name}: must be {_spoken(known[name].type)}")
    return Controls(**given)


def _fits(kind: Any, value: Any) -> bool:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return value in inner
    if origin is Sequence:
        return isinstance(value, list) and all(_fits(inner[0], each) for each in value)
    if origin is Mapping:
        return isinstance(value, dict)
    if inner:
        return any(_fits(each, value) for each in inner)
    if kind in {int, float}:
        # A bool is an int to Python; a whole number is good where any number is.
        return isinstance(value, (int, kind)) and not isinstance(value, bool) and value >= 0
    return isinstance(value, kind)


def _spoken(kind: Any) -> str:
    return {float: "a number of at least 0", bool: "true or false"}.get(kind) or str(kind).replace("typing.", "")
