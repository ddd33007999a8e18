"""The page docs/response-actions.md, written from the table."""

from collections.abc import Iterator

import orjson

from s1ecs.respond.action import Action, Argument, Listing, On
from s1ecs.respond.table import ACTIONS, LISTS_TO_READ
from s1ecs.respond.template import words

_HEAD = """\
# Response actions

`s1ecs respond ACTION` acts on hosts, threats, alerts and lists of a console. This page is generated.

A token of its own is needed, `action_token` (or `action_token_file`, `action_token_command`, `S1ECS_ACTION_TOKEN`): a
user whose role has the permission named below. The token that collects may stay a viewer's. Without it every action is
refused with exit status 2.

    s1ecs respond isolate ws-042 --comment 'case 17'
    s1ecs respond isolate ws-042 --dry-run
    s1ecs respond status 5d2a9c58-0f0e-4a8a-8a0e-6a5f1f8f6f0e
    s1ecs respond history

- HOST is an agent's id, its uuid or its exact computer name. A name that several agents have is refused with the list
  of them; agents that are decommissioned or uninstalled are never meant by a name.
- Every action shows the host with its state and asks; `--verbose` shows the exact request, too. `--yes` does not ask;
  without a terminal and without `--yes` nothing is done (exit status 2). `--dry-run` reads, prints the exact requests
  and sends nothing; with `--json` one object a request: `{"method", "path", "query", "body"}`, with `***` in place of
  what is drawn anew for each request (passwords, the description of a task).
- `--wait`, the default, follows an action to its end, for as long as its section says or `--timeout` allows.
  With `--no-wait` standard output is its id and nothing else, however it stands; otherwise the id stands on standard
  error. `s1ecs respond status ID` goes on, in another process, too, and fetches what the action brings. Ctrl-C and
  SIGTERM end the waiting, not the action: its id is printed, and whether it was sent. While it asks they end it all.
- No request that acts is sent again when no answer came: the console is asked what became of it.
- An action is first written down in the state folder, without which it is not sent; two documents of the stream
  `response_action` tell of it in every output. `s1ecs respond history` lists all actions. A refusal is written down,
  too, with the host and the arguments as they were given.
- A file that an action brings is a zip below the folder `--to`. What comes from a host may be malware: it is unpacked
  only with `--unpack`. Its password is made for the request, shown once, and then kept nowhere.

With `--yes --json` the result is one object with `id`, `status`, `hosts` and `reason`, and what the action brought.

| status | meaning | exit status |
|---|---|---|
| `done` | it came to its end | 0 |
| `pending` | the console took it; it is not at its end | 0 with `--no-wait`, else 1 |
| `failed` | the console or the host did not do it; the reason says why | 1 |
| `refused` | nothing was sent: it would make no sense, a value is not allowed, or the console could not be asked | 1 |
| `unknown` | it was sent, and nothing tells what became of it; the reason says what to look for | 1 |

A command line that does not fit together, a missing token and a missing `--i-understand` are exit status 2.

From Python, where each action is a function of the same name:

```python
import asyncio
import os
from datetime import timedelta
from pathlib import Path

from s1ecs import respond

URL = "https://example.sentinelone.net"
SITE = respond.Scope("site", "225494730938493915")


async def main() -> None:
    # Actions are written down in the folder state_dir; by default that is s1ecs-data, in the working folder.
    async with respond.Console(URL, os.environ["S1ECS_ACTION_TOKEN"], state_dir="s1ecs-data") as console:
        result = await respond.isolate(console, "ws-042", comment="case 17")
        print("isolate:", result.status, result.reason)

        # Followed for 20 minutes at most; the zip goes to the folder evidence.
        patiently = respond.Following(patience=timedelta(minutes=20), into=Path("evidence"))
        result = await respond.get_file(console, "ws-042", [r"C:\\Temp\\a.txt"], following=patiently)
        print("get-file:", result.status, result.reason)
        if result.brought is not None:
            print("file:", result.brought.path, "password:", result.brought.password)

        # Not waited for; its id goes on with it, also in another process.
        scan = await respond.scan(console, "ws-042", following=respond.Following(wait=False))
        result = await respond.status(console, scan.id)
        print("scan:", result.status, result.reason)

        # A list belongs to a scope: site, account or group by its id, or Scope("tenant").
        sha1 = "95e979551bd820befb1aa9f03c39513033e9273f"
        result = await respond.blocklist_add(console, SITE, sha1, ["windows", "macos"], description="case 17")
        print("blocklist:", result.status, result.reason)


asyncio.run(main())
```

`Following(wait=..., patience=..., into=..., unpack=...)` says how an action is followed: not at all, until when, where
its file goes, and whether that is unpacked. A refusal is a result, too; where the console can't be asked the error is
raised.
"""


def actions_page() -> str:
    """Write the page in Markdown."""
    parts = [_HEAD, "## Actions\n\n| action | meaning |\n|---|---|\n" + "".join(_index())]
    parts += [_action(action) for action in ACTIONS.values()]
    parts += ["## Lists to choose from\n\nThey only read.\n"]
    parts += [_listing(listing) for listing in LISTS_TO_READ.values()]
    return "\n".join(parts)


def _index() -> Iterator[str]:
    for action in ACTIONS.values():
        anchor = action.name.replace(" ", "-")
        yield f"| [`{action.name}`](#{anchor}) | {action.meaning} |\n"


def _action(action: Action) -> str:
    body = orjson.dumps(words(action.body)).decode()
    lines = [f"### {action.name}", "", action.meaning, ""]
    lines += [f"    {action.example}", ""]
    lines += [f"- Permission: {action.permission}.", f"- Request: `{action.method} {action.path}`"]
    if "\\n" not in body:
        lines[-1] += f" with `{body}`"
    lines[-1] += "."
    scope = ", by exactly one of `--site`, `--account`, `--group`, `--tenant`" if action.on is On.SCOPE else ""
    lines += [f"- Acts on: {action.on.value}{scope}."]
    lines += [f"- {_argument(argument)}" for argument in action.arguments]
    if action.systems:
        lines.append(f"- Operating systems: {', '.join(sorted(action.systems - {'windows_legacy'}))}.")
    if action.checks:
        lines.append(f"- Refused where {' or '.join(check.words for check in action.checks)}.")
    if action.dangerous:
        lines.append("- Done only with `--i-understand`.")
    if action.follower is None:
        lines.append("- Its end: the answer says so; where none came, nothing tells, and the result is `unknown`.")
    else:
        lines.append(f"- Its end: {action.follower.words()}.")
    minutes = int(action.patience.total_seconds() // 60)
    if action.follower is not None and action.follower.to_the_end:
        lines.append(f"- Followed for {minutes} minutes by default.")
    lines += ["", "What can go wrong:", "", *(f"- {trouble}" for trouble in action.troubles), ""]
    return "\n".join(lines)


def _listing(listing: Listing) -> str:
    lines = [f"### {listing.name}", "", listing.meaning, "", f"    {listing.example}", ""]
    lines += [f"- Permission: {listing.permission}.", f"- Request: `GET {listing.path}`."]
    lines += [f"- {_argument(argument)}" for argument in listing.arguments]
    return "\n".join([*lines, ""])


def _argument(argument: Argument) -> str:
    name = f"{argument.flag} {argument.metavar}" if argument.flag else argument.metavar
    choices = f" One of {', '.join(f'`{each}`' for each in argument.choices)}." if argument.choices else ""
    limit = f" Allowed: {argument.limit}." if argument.limit else ""
    needed = "" if argument.needed else " Not needed."
    return f"`{name}`: {argument.meaning}{choices}{limit}{needed}"
