"""GET /remote-scripts: SentinelOne's own scripts, and some that the customer put into the library."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from s1ecs.standin import invent
from s1ecs.standin.actions.listing import ListedItems
from s1ecs.standin.console import ConsoleRequest, StandinConsole
from s1ecs.standin.fields import FieldPaths
from s1ecs.standin.parameters.parameter import PAGING, SCOPE, Parameter, booleans, ids, sort_by, texts
from s1ecs.standin.record_list import answer
from s1ecs.standin.shelf import Condition, Shelf

ScriptKind = Literal["action", "artifactCollection", "dataCollection"]
# What a run of it leaves: a list of processes, fewer processes, a file and words, or words alone.
Does = Literal["processes", "terminate", "file", "words"]

_FIRST_ID = 1466645476786791830
_SORTS = ("id", "createdAt", "mgmtId", "scopeId", "scriptName", "osTypes", "createdByUserId", "inputInstructions",
          "inputExample", "scriptType", "version", "scopeLevel", "scopePath", "isAvailableForArs")  # fmt: skip
SYSTEMS = ("linux", "macos", "windows", "windows_legacy")


@dataclass(frozen=True)
class Script:
    """A script of the library; `number` makes its id, `own` says that the customer wrote it."""

    number: int
    name: str
    kind: ScriptKind
    systems: tuple[str, ...]
    does: Does
    own: bool = True
    instructions: str | None = None
    example: str | None = None
    needs_input: bool = False
    needs_approval: bool = False

    @property
    def id(self) -> str:
        """Its id."""
        return str(_FIRST_ID + self.number)


SCRIPTS = (
    # Found by the same words as SentinelOne's own, and before it: who takes the first takes the wrong one.
    Script(0, "Process list for auditors", "dataCollection", ("linux", "macos"), "words"),
    Script(1, "Process List (Linux/macOS)", "dataCollection", ("macos", "linux"), "processes", own=False),
    Script(
        2,
        "Terminate Processes (Linux/macOS)",
        "action",
        ("macos", "linux"),
        "terminate",
        own=False,
        instructions="--terminate --processes <processes-name-templates> [-f|--force]",
        example="--terminate --processes ping,chrome --force",
        needs_input=True,
    ),
    Script(
        3,
        "Terminate Processes (Windows)",
        "action",
        ("windows",),
        "terminate",
        own=False,
        instructions="-Terminate -Processes <processes-name-templates> [-Force]",
        example="-Terminate -Processes ping,chrome -Force",
        needs_input=True,
    ),
    Script(
        4,
        "Collect Logs",
        "artifactCollection",
        ("linux", "macos", "windows"),
        "file",
        instructions="A folder",
        example="/var/log",
        needs_input=True,
    ),
    Script(5, "Windows Inventory", "dataCollection", ("windows",), "processes"),
    Script(6, "Restart Print Service", "action", ("linux", "macos", "windows"), "words", needs_approval=True),
    Script(7, "Disk Usage", "dataCollection", ("linux", "macos", "windows"), "words"),
)

_FIELDS = FieldPaths(
    identity="id",
    filters={"isAvailableForArs": "isAvailableForArs", "scriptType": "scriptType"},
    sorts={name: name for name in _SORTS},
    # The library is one for all.
    ids={"ids": "id"},
    text=("scriptName", "shortFileName"),
)

PARAMETERS = (
    *SCOPE,
    *PAGING,
    sort_by(*_SORTS),
    *ids("ids"),
    *texts("osTypes", "scriptType"),
    *booleans("isAvailableForArs"),
    Parameter("query", "text"),
)


async def scripts(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """GET /remote-scripts."""
    shelf = Shelf("id")
    for each in SCRIPTS:
        shelf.add(_record(console, each))
    conditions: tuple[Condition, ...] = ()
    if systems := asked.given.get("osTypes"):
        wanted = tuple(f'"{each}"' for each in systems)
        conditions = (Condition(("osTypes",), lambda text: any(each in text for each in wanted)),)
    return answer(ListedItems(_FIELDS, shelf, conditions), asked.given)


def find(script_id: str) -> Script | None:
    """Return the script of that id, if there is one."""
    return next((each for each in SCRIPTS if each.id == script_id), None)


def _record(console: StandinConsole, script: Script) -> Mapping[str, Any]:
    random = invent.source(console.organisation.seed, "script", script.number)
    person = console.organisation.people[script.number]
    creator, creator_id = (person.name, person.id) if script.own else ("SentinelOne", "-1")
    account = console.organisation.accounts[0]
    suffix = ".ps1" if script.systems == ("windows",) else ".sh"
    short = script.name.lower().replace(" ", "-").replace("(", "").replace(")", "").replace("/", "-") + suffix
    return {
        "bucketName": "remote-scripts",
        "createdAt": "2022-07-17T14:02:45.309427Z",
        "createdByUser": creator,
        "createdByUserId": creator_id,
        "creator": creator,
        "creatorId": creator_id,
        "fileName": f"{creator_id}/{short}",
        "fileSize": random.randrange(500, 20000),
        "id": script.id,
        "inputExample": script.example,
        "inputInstructions": script.instructions,
        "inputRequired": script.needs_input,
        "isAvailableForArs": False,
        "isAvailableForLite": False,
        "mgmtId": -1,
        "nameKey": None,
        "osTypes": list(script.systems),
        "outputFilePaths": None,
        "package": None,
        "requiresApproval": script.needs_approval,
        "scopeId": account.id if script.own else "-1",
        "scopeLevel": "account" if script.own else "sentinel",
        "scopeName": account.name if script.own else None,
        "scopePath": f"Global / {account.name}" if script.own else "Global",
        "scriptDescription": None,
        "scriptName": script.name,
        "scriptRuntimeTimeoutSeconds": 3600,
        "scriptType": script.kind,
        "shortFileName": short,
        "signature": invent.hexadecimal(random, 64),
        "signatureType": "SHA-256",
        "supportedDestinations": None,
        "updatedAt": "2024-06-30T06:37:53.904005Z",
        "updater": None,
        "updaterId": None,
        "version": "1.0.0",
    }
