"""The generated page docs/response-actions.md."""

from collections.abc import Iterator

import orjson

from s1ecs.respond.actions.action import Action, Argument, Listing, On
from s1ecs.respond.actions.body_template import words
from s1ecs.respond.actions.table import ACTIONS, LISTS_TO_READ

_HEAD = """\
# Response actions

`s1ecs respond ACTION` acts on hosts, threats, alerts and lists of a console. This page is generated.

Response actions require their own token: `action_token` (or `action_token_file`, `action_token_env`,
`action_token_command`, `S1ECS_ACTION_TOKEN`) of a user whose role has the permission stated for each action. The token
for collecting can remain a viewer token. Without an action token every action is refused with exit status 2.

    s1ecs respond isolate ws-042 --comment 'case 17'
    s1ecs respond isolate ws-042 --dry-run
    s1ecs respond isolate ws-042 10.1.2.3 00:50:56:ab:cd:ef
    s1ecs respond isolate --from-file hosts.txt
    s1ecs respond scan --from-query "SELECT agent_id FROM threat WHERE threat = 'evil.exe'"
    s1ecs respond status 5d2a9c58-0f0e-4a8a-8a0e-6a5f1f8f6f0e
    s1ecs respond history

- HOST is a computer name in any letter case, an IP or MAC address of one of its interfaces, an agent id or UUID, or the
  id of an alert or threat of the host; the preview then says how the host was found. A partial name never selects a
  host; similar names are suggested. A name or address that several agents share is refused, with a list of these
  agents. Decommissioned and uninstalled agents are only selected by their id.
- Every action shows the host with its state and asks for confirmation: `Isolate WS-0018? [y/N]`. `--verbose` also shows
  the exact request. `--yes` skips the question. Without a terminal and without `--yes` nothing is sent (exit status 2).
- Actions that remove the protection of a host (`uninstall`, `decommission`, `disable-agent`) are confirmed by typing
  the computer name of the host, in any case. Scripts pass it as `--confirm HOSTNAME`; `--yes` does not replace it. For
  several hosts it is their number.
- `--dry-run` needs no confirmation: it reads, prints the exact requests and sends nothing. With `--json` it prints one
  object per request, `{"method", "path", "query", "body"}`, with `***` for values that are generated for each request
  (passwords, the description of a task).
- `--wait`, the default, follows an action until it has finished, up to the time stated for the action or `--timeout`.
  With `--no-wait` standard output is the id of the action and nothing else; otherwise the id is on standard error.
  `s1ecs respond status ID` resumes the action, also in another process, and downloads its result. Ctrl-C and SIGTERM
  stop the waiting, not the action: s1ecs prints the id and whether the request was sent. During the confirmation they
  cancel the action.
- A request that changes something is never repeated when its response is lost. s1ecs checks the console instead.
- An action is recorded in the state directory before it is sent; if that fails, it is not sent. Two documents of the
  stream `response_action` report it to every output. `s1ecs respond history` lists all actions. Refused actions are
  recorded as well, with host and arguments as typed.
- The result file of an action is a ZIP in the directory `--to`. Content from a host may be malware: it is only unpacked
  with `--unpack`. Its password is generated for the request, shown once and then discarded.
- Fetched files are verified before the action is `done`: every file must be present under its name, encrypted with the
  password of the request, and match the size and SHA-1 that the agent or the console reports. Otherwise the action is
  `failed`, the reason explains why, and the ZIP is kept. `NOT ENCRYPTED` means that anyone can open the ZIP; no
  password is shown in this case. Script results are not encrypted.
- The preview shows the state that the console reports and its age. Agents report late: a harmless action (`release`,
  `scan`, `abort-scan`) is sent even if the reported state contradicts it, when the history of s1ecs or an activity of
  the last day contradicts that state, and always with `--force`. All other actions stay refused.
- An id that the console does not know is refused with "no such script", "no such group" and so on, and the command that
  lists the ids: `s1ecs respond accounts`, `sites`, `groups`, `scripts`.
- `s1ecs respond history` takes `--host`, `--action`, `--status` and `--since`, such as `--since 24h`.

## Several targets at once

Actions on hosts, threats and alerts accept several targets. `get-file` accepts one host.

| selection | targets |
|---|---|
| `isolate A B C` | those that are named |
| `--from-file FILE` | one a line; blank lines and lines that start with `#` are ignored; `-` reads standard input |
| `--from-query SQL` | rows of the local store: column `agent_id`, `threat_id`, `alert_id` or `host`, else the first |
| `--group ID`, `--site ID` | the hosts that the console lists in the group or site now |

- With several consoles, `--from-query` requires a column of ids: a name may stand for a host of another console.
- The plan shows every target with its state, those named more than once only once, and those that are refused with the
  reason. One question confirms all of them; for more than ten targets it is answered with their number.
- Every target gets a request of its own that names its id, never a filter: nothing is affected that was not shown.
  Every target is recorded, followed and reported on its own: one line per target, with `--json` one object.
- Up to 16 requests are sent at a time, within the rate limits of the console, and all targets are followed at once.
- The exit status is 0 if every target is `done` (or `pending` with `--no-wait`), else 1.
- The whole batch is recorded before its first request. If the command is stopped or killed, `s1ecs respond resume
  BATCH` lists what was not sent, sends it once confirmed and follows the rest; no request is sent twice. `s1ecs
  respond status BATCH` only follows, `s1ecs respond cancel BATCH` drops what was not sent. `s1ecs respond history`
  shows these as `scheduled`.

In Python: `await respond.many(console, "isolate", ["ws-042", "ws-043"])` returns a list of results.

## Isolation for a limited time

    s1ecs respond isolate ws-042 --for 4h

The shortest time is one minute. The release is recorded together with the isolation, before that is sent. `s1ecs run`
with an action token sends it when it is due, also after a restart, and at its next start if it was due meanwhile. It is
recorded and reported like any other action, with the user who isolated the host. `s1ecs respond history` shows it as
`scheduled`; `s1ecs respond cancel ID` keeps the host isolated, and `s1ecs respond cancel BATCH` all hosts of a batch of
which nothing is left to send. If the console cannot be reached or does not accept the token, the release is tried
again, at first after a minute, up to three days. It is not sent if the isolation failed, or if the host was released or
isolated again meanwhile; the reason states this.

## Results

With `--yes --json` the result is one object with `id`, `status`, `hosts` and `reason`, and the result of the action.

| status | meaning | exit status |
|---|---|---|
| `scheduled` | the action is recorded and has not been sent | 0 with `status`, else 1 |
| `done` | the action has finished successfully | 0 |
| `pending` | the console accepted the action; it has not finished | 0 with `--no-wait`, else 1 |
| `failed` | the console or the host did not perform the action; see the reason | 1 |
| `superseded` | a later, opposite action has finished, so that the result of this one can no longer be observed | 1 |
| `refused` | nothing was sent: the action makes no sense, a value is not allowed, or the console is unreachable | 1 |
| `unknown` | the request was sent and its result cannot be determined; the reason states what to check | 1 |

Invalid options, a value outside the allowed choices, a missing token and a missing or wrong `--confirm` are exit status
2; they are not recorded.

No action stays `pending` forever. `s1ecs respond status ID` ends it as

- `done` or `failed` when the console shows the result;
- `superseded` when a later action undid it: `release` after `isolate`, `abort-scan` after `scan`, `unquarantine` after
  `quarantine`, `remove` after `add`, another verdict, status or group, and the reverse of each. An isolation that
  another user ended is also superseded, if the activities of the console show it;
- `unknown` when the host was removed, decommissioned, uninstalled or moved out of the token's scope, when an online
  host shows no effect long after the usual time, and after 14 days (3 days for files, which the console then deletes).

Actions on an offline host stay `pending` within this time; the reason states since when the host is offline. An
`unknown` action can still be resolved later: query its status again.

In Python, each action is a function of the same name:

```python
import asyncio
import os
from datetime import timedelta
from pathlib import Path

from s1ecs import respond

URL = "https://example.sentinelone.net"
SITE = respond.Scope("site", "225494730938493915")


async def main() -> None:
    # Actions are logged in state_dir. Default: s1ecs-data in the working directory.
    async with respond.Console(URL, os.environ["S1ECS_ACTION_TOKEN"], state_dir="s1ecs-data") as console:
        result = await respond.isolate(console, "ws-042", comment="case 17")
        print("isolate:", result.status, result.reason)

        # Wait for at most 20 minutes and save the ZIP in the directory evidence.
        patiently = respond.Following(patience=timedelta(minutes=20), into=Path("evidence"))
        result = await respond.get_file(console, "ws-042", [r"C:\\Temp\\a.txt"], following=patiently)
        print("get-file:", result.status, result.reason)
        if result.brought is not None:
            print("file:", result.brought.path, "password:", result.brought.password)

        # Do not wait. The id resumes the action later, also in another process.
        scan = await respond.scan(console, "ws-042", following=respond.Following(wait=False))
        result = await respond.status(console, scan.id)
        print("scan:", result.status, result.reason)

        # Lists belong to a scope: a site, an account or a group by id, or Scope("tenant").
        sha1 = "95e979551bd820befb1aa9f03c39513033e9273f"
        result = await respond.blocklist_add(console, SITE, sha1, ["windows", "macos"], description="case 17")
        print("blocklist:", result.status, result.reason)


asyncio.run(main())
```

`Following(wait=..., patience=..., into=..., unpack=...)` sets whether and how long to wait, the directory of the result
file, and whether to unpack it. A refusal is a result as well. An unreachable console raises the error, and a value
outside the allowed choices raises `s1ecs.errors.UsageError`. `release`, `scan` and `abort_scan` accept `force=True`.
"""


def actions_page() -> str:
    """Write the page in Markdown."""
    parts = [_HEAD, "## Actions\n\n| action | description |\n|---|---|\n" + "".join(_index())]
    parts += [_action(action) for action in ACTIONS.values()]
    parts += ["## Lists\n\nThese commands only read.\n"]
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
    scope = ", selected by exactly one of `--site`, `--account`, `--group`, `--tenant`" if action.on is On.SCOPE else ""
    lines += [f"- Acts on: {action.on.value}{scope}."]
    lines += [f"- {_argument(argument)}" for argument in action.arguments]
    if action.one_of:
        lines.append(f"- Exactly one of {' and '.join(f'`--{name}`' for name in action.one_of)}.")
    if action.systems:
        lines.append(f"- Operating systems: {', '.join(sorted(action.systems - {'windows_legacy'}))}.")
    if action.ended_by:
        lines.append(f"- `--for TIME`: send `{action.ended_by}` after this time, such as 4h; sent by `s1ecs run`.")
    if action.checks:
        lines.append(f"- Refused if {' or '.join(check.words for check in action.checks)}.")
    if action.forceable:
        lines.append("- Sent anyway if the history or a recent activity contradicts this state, and with `--force`.")
    if action.dangerous:
        lines.append("- Confirmed by the computer name of the host: typed, or with `--confirm HOSTNAME`.")
    if action.follower is None:
        lines.append("- Result: stated by the response; without a response, it is `unknown`.")
    else:
        lines.append(f"- Result: {action.follower.words()}.")
    minutes = int(action.patience.total_seconds() // 60)
    if action.follower is not None and action.follower.to_the_end:
        lines.append(f"- Waits {minutes} minutes by default; pending for at most {action.longest.days} days.")
    lines += ["", "Possible problems:", "", *(f"- {trouble}" for trouble in action.troubles), ""]
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
    needed = "" if argument.needed else " Optional."
    return f"`{name}`: {argument.meaning}{choices}{limit}{needed}"
