"""Options of the commands of `s1ecs respond`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from s1ecs.respond.actions.action import Action, On

JsonOption = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON object per action. With --dry-run: one per request."),
]
JsonResult = Annotated[bool, typer.Option("--json", help="Print the result as a JSON object.")]
JsonLines = Annotated[bool, typer.Option("--json", help="Print one JSON object per action.")]
JsonHistory = Annotated[bool, typer.Option("--json", help="Print a JSON array with one object per action.")]
JsonList = Annotated[bool, typer.Option("--json", help="Print the unchanged records as a JSON array.")]
ConsoleOption = Annotated[
    str | None,
    typer.Option("--console", metavar="NAME", help="Name of the console. Default: the only one configured."),
]
PollOption = Annotated[
    float, typer.Option("--poll", hidden=True, min=0.01, help="Seconds between two status requests.")
]
WaitOption = Annotated[
    bool, typer.Option("--wait/--no-wait", help="Wait until the action has finished, or print its id and exit.")
]
TimeoutOption = Annotated[
    str | None,
    typer.Option(
        "--timeout", metavar="TIME", help="Maximum time to wait, such as 10m. Default: depends on the action."
    ),
]
IntoOption = Annotated[Path, typer.Option("--to", metavar="FOLDER", help="Directory for the result file.")]
UnpackOption = Annotated[
    bool, typer.Option("--unpack", help="Unpack the ZIP into a directory next to it. The content may be malware.")
]

# Name, annotation and default of what commands take beside the arguments of their row.
RespondOption = tuple[str, Any, Any]
HOW: tuple[RespondOption, ...] = (
    (
        "comment",
        Annotated[str, typer.Option("--comment", metavar="TEXT", help="Reason for the audit log, such as 'case 17'.")],
        "",
    ),
    ("yes", Annotated[bool, typer.Option("--yes", help="Skip the y/N confirmation.")], False),
    ("dry_run", Annotated[bool, typer.Option("--dry-run", help="Print the exact requests and send nothing.")], False),
    (
        "verbose",
        Annotated[bool, typer.Option("-v", "--verbose", help="Show the exact requests before the confirmation.")],
        False,
    ),
    ("wait", WaitOption, True),
    ("timeout", TimeoutOption, None),
    ("json", JsonOption, False),
    ("console", ConsoleOption, None),
    ("poll", PollOption, 2.0),
)
OF_SCOPE: tuple[RespondOption, ...] = (
    (
        "site",
        Annotated[str | None, typer.Option("--site", metavar="ID", help="Use the list of the site with this id.")],
        None,
    ),
    (
        "account",
        Annotated[
            str | None, typer.Option("--account", metavar="ID", help="Use the list of the account with this id.")
        ],
        None,
    ),
    (
        "group",
        Annotated[str | None, typer.Option("--group", metavar="ID", help="Use the list of the group with this id.")],
        None,
    ),
    ("tenant", Annotated[bool, typer.Option("--tenant", help="Use the list of the whole tenant.")], False),
)
OF_FILES: tuple[RespondOption, ...] = (("into", IntoOption, Path()), ("unpack", UnpackOption, False))
MANY: tuple[RespondOption, ...] = (
    (
        "from_file",
        Annotated[
            str | None,
            typer.Option(
                "--from-file", metavar="FILE", help="Read targets from FILE, one per line; - reads standard input."
            ),
        ],
        None,
    ),
    (
        "from_query",
        Annotated[
            str | None,
            typer.Option(
                "--from-query",
                metavar="SQL",
                help="Act on what a SELECT on the local store returns: its column of ids, else the first one.",
            ),
        ],
        None,
    ),
)
HOSTS_OF: tuple[RespondOption, ...] = (
    (
        "group",
        Annotated[str | None, typer.Option("--group", metavar="ID", help="Act on all hosts of this group.")],
        None,
    ),
    (
        "site",
        Annotated[str | None, typer.Option("--site", metavar="ID", help="Act on all hosts of this site.")],
        None,
    ),
)
FORCE = Annotated[
    bool, typer.Option("--force", help="Send the action even if the reported state of the host contradicts it.")
]
LASTING = Annotated[
    str | None,
    typer.Option("--for", metavar="TIME", help="Release the host after this time, such as 4h; requires `s1ecs run`."),
]
CONFIRM = Annotated[
    str | None,
    typer.Option(
        "--confirm",
        metavar="HOSTNAME",
        help="Computer name of the host, or the number of several hosts, instead of typing it at the prompt.",
    ),
]
MEANINGS = {
    On.HOST: "Computer name, IP or MAC address, agent id or UUID, or the id of an alert or threat of the host.",
    On.THREAT: "Id of the threat.",
    On.ALERT: "Id of the alert.",
    On.UNIFIED_ALERT: "Id of the unified alert.",
}


def selecting(action: Action) -> tuple[RespondOption, ...]:
    """The options that select many targets; none where words behind the target are many themselves."""
    if action.on is On.SCOPE or any(argument.many and not argument.flag for argument in action.arguments):
        return ()
    return (*MANY, *(HOSTS_OF if action.on is On.HOST else ()))
