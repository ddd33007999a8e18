"""The words in which the table of actions is written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from s1ecs.respond.following import Follower
from s1ecs.respond.hosts import Check

WINDOWS = frozenset({"windows", "windows_legacy"})
MACOS = frozenset({"macos"})
LINUX = frozenset({"linux"})
EVERY_SYSTEM: frozenset[str] = frozenset()


class On(StrEnum):
    """What an action acts on, as it is named on the command line."""

    HOST = "HOST"
    THREAT = "THREAT"
    ALERT = "ALERT"
    UNIFIED_ALERT = "UNIFIED_ALERT"
    SCOPE = "SCOPE"


class Answers(StrEnum):
    """How the answer to an action says what became of it."""

    AFFECTED = "affected"
    SUCCESS = "success"
    MOVED = "agentsMoved"
    TASK = "parentTaskId"
    ITEMS = "items"
    TRIGGERED = "success[] and failure[]"


class Lookup(StrEnum):
    """What must be read before the request can be made, beside what is acted on."""

    NOTHING = ""
    PROCESS_LIST = "the console's own script that lists processes"
    TERMINATE = "the console's own script that ends processes"
    SCRIPT = "the script"
    BLOCKED = "the ids of the blocklist's items of this hash"
    INDICATORS = "the uuids of the indicators of this value"


@dataclass(frozen=True)
class Argument:
    """What an action is given beside what it acts on.

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
        """How it is written in a line of usage."""
        return self.name.upper().replace("_", "-")


@dataclass(frozen=True)
class Action:
    """One row: an action as it is typed, what it sends, and how one learns what became of it.

    `values` turns arguments into further values of path and body; `together` checks arguments that belong together, by
    the console's time; `drawn` are the slots whose values are made anew for each request; `patience` is how long it is
    followed by default; `systems` are the values of `osType` it is for, none: all; `uncertain` is what to look for on
    the console where nobody can tell what became of a request.
    """

    name: str
    meaning: str
    on: On
    permission: str
    method: str
    path: str
    body: Any
    answers: Answers
    example: str
    uncertain: str
    arguments: tuple[Argument, ...] = ()
    follower: Follower | None = None
    checks: tuple[Check, ...] = ()
    systems: frozenset[str] = EVERY_SYSTEM
    lookup: Lookup = Lookup.NOTHING
    dangerous: bool = False
    drawn: frozenset[str] = frozenset()
    values: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda arguments: arguments
    together: Callable[[Mapping[str, Any], datetime], None] = lambda _arguments, _now: None
    each: str = ""
    patience: timedelta = timedelta(minutes=5)
    brings_file: bool = False
    troubles: tuple[str, ...] = ()

    @property
    def function(self) -> str:
        """Its name in Python."""
        return self.name.replace("-", "_").replace(" ", "_")


@dataclass(frozen=True)
class Listing:
    """A list that is read, for whoever looks for what to act on: nothing is changed by it.

    `arguments` are filters, by their name in the query (`parameter`); `columns` are titles and keys of its records.
    """

    name: str
    meaning: str
    permission: str
    path: str
    query: Mapping[str, str]
    columns: tuple[tuple[str, str], ...]
    example: str
    of_scope: bool = False
    arguments: tuple[Argument, ...] = ()
    parameters: Mapping[str, str] = ()  # type: ignore[assignment]

    @property
    def function(self) -> str:
        """Its name in Python."""
        return self.name.replace("-", "_").replace(" ", "_")


Table = Sequence[Action]
