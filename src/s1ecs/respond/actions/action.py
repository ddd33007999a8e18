"""The row types of the table of actions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from s1ecs.respond.actions.host_checks import Check
from s1ecs.respond.item_lists import ItemList
from s1ecs.respond.trackers import Tracker

WINDOWS = frozenset({"windows", "windows_legacy"})
MACOS = frozenset({"macos"})
LINUX = frozenset({"linux"})
EVERY_SYSTEM: frozenset[str] = frozenset()


class On(StrEnum):
    """Target kind of an action, as named on the command line."""

    HOST = "HOST"
    THREAT = "THREAT"
    ALERT = "ALERT"
    UNIFIED_ALERT = "UNIFIED_ALERT"
    SCOPE = "SCOPE"


class Answers(StrEnum):
    """Way in which the response to an action reports its outcome."""

    AFFECTED = "affected"
    SUCCESS = "success"
    MOVED = "agentsMoved"
    TASK = "parentTaskId"
    ITEMS = "items"
    TRIGGERED = "success[] and failure[]"


class Lookup(StrEnum):
    """Lookup that a request needs beside its target."""

    NOTHING = ""
    PROCESS_LIST = "the console's script that lists processes"
    TERMINATE = "the console's script that terminates processes"
    SCRIPT = "the script"
    GROUP = "the group"
    BLOCKED = "the ids of the blocklist items with this hash"
    INDICATORS = "the uuids of the indicators with this value"


@dataclass(frozen=True)
class Argument:
    """Argument of an action beside its target.

    `check` cleans one value and raises ValueError with what is wrong; `flag` is the option's name, "" for a positional
    argument; `limit` says in words what is allowed.
    """

    name: str
    meaning: str
    check: Callable[[str], str]
    flag: str = ""
    needed: bool = True
    many: bool = False
    choices: tuple[str, ...] = ()
    limit: str = ""
    most: int = 0

    @property
    def metavar(self) -> str:
        """Placeholder in a line of usage."""
        return self.name.upper().replace("_", "-")


@dataclass(frozen=True)
class Action:
    """One row: an action as it is typed, the request that it sends, and how its result is learned.

    `question` is the verb phrase that asks for confirmation, with `{target}` and arguments by name in braces.

    `values` turns arguments into further values of path and body; `together` checks arguments that belong together, by
    the console's time; `drawn` are the slots whose values are made anew for each request; `patience` is how long it is
    followed by default; `systems` are the values of `osType` it is for, none: all; `uncertain` is what to look for on
    the console where nobody can tell what became of a request; `noted` are arguments that
    the details of the journal keep; of the arguments in `one_of` exactly one is given; `ended_by` is the action that
    ends it again after a time, where it is for a time.
    """

    name: str
    meaning: str
    question: str
    on: On
    permission: str
    method: str
    path: str
    body: Any
    answers: Answers
    example: str
    uncertain: str
    ended_by: str = ""
    arguments: tuple[Argument, ...] = ()
    one_of: tuple[str, ...] = ()
    follower: Tracker[Any] | None = None
    checks: tuple[Check, ...] = ()
    systems: frozenset[str] = EVERY_SYSTEM
    lookup: Lookup = Lookup.NOTHING
    dangerous: bool = False
    drawn: frozenset[str] = frozenset()
    values: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda arguments: arguments
    together: Callable[[Mapping[str, Any], datetime], None] = lambda _arguments, _now: None
    each: str = ""
    patience: timedelta = timedelta(minutes=5)
    longest: timedelta = timedelta(days=14)
    brings_file: bool = False
    noted: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()

    @property
    def function(self) -> str:
        """Its name in Python."""
        return self.name.replace("-", "_").replace(" ", "_")

    @property
    def forceable(self) -> bool:
        """True if it is harmless enough to be sent against the state that the console shows."""
        return any(check.late for check in self.checks)


@dataclass(frozen=True)
class Listing:
    """A list that is read, for whoever looks for what to act on: nothing is changed by it.

    `arguments` are filters, by their name in the query (`parameters`); of `items` the value is one, which the list of
    items knows how to ask for. `columns` are titles and keys of its records, several where any of them has the value.
    `inside` is the key of the records in an answer whose data is an object.
    """

    name: str
    meaning: str
    permission: str
    path: str
    query: Mapping[str, str]
    columns: tuple[tuple[str, str | tuple[str, ...]], ...]
    example: str
    of_scope: bool = False
    arguments: tuple[Argument, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    items: ItemList | None = None
    inside: str = ""

    @property
    def function(self) -> str:
        """Its name in Python."""
        return self.name.replace("-", "_").replace(" ", "_")
