"""The page docs/troubleshooting.md: errors with cause and remedy. Messages and remedies are read from the code."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from docs.error_texts import text_with

# What begins a remedy that belongs to the words before it.
_FRAGMENTS = ("so ", "or ", "it ", "(", "...", "only ")


class NoSentence(Exception):
    """What follows the words of an entry in the code can't stand alone."""


@dataclass(frozen=True)
class Entry:
    """An error: words of its text, and the usual cause. What follows the words in the code is the remedy.

    `message` is shown instead of the words where the text begins with the remedy; `then` adds what only a page can say,
    `remedy` stands where the text of the code makes no sentence of its own. `room` is where the words are looked for.
    """

    words: str
    cause: str
    message: str = ""
    then: str = ""
    room: str = ""
    remedy: str = ""


_HEAD = """\
# Troubleshooting

Every error of s1ecs is one line: the console and the stream, what failed, why, and what to do. This page adds the usual
cause. Messages and remedies are generated from the code; `...` stands for values.

## First steps

1. `s1ecs check` tests console, TLS, clock, token and the permission of each stream, with a remedy for each problem.
2. `s1ecs streams` shows each stream with its last error, `s1ecs status` what is wrong now.
3. `s1ecs settings` shows every setting with its value and origin: is it the file that you expect?
4. `s1ecs collect STREAM --trace trace.ndjson` writes every request and response, [without secrets](trace.md).
5. `s1ecs --set log_level=debug collect STREAM` logs more.

Nothing is lost during an error: the checkpoint does not move, and `run` resumes when the cause is gone.
"""

_CONNECTION = (
    Entry(
        "host name not found: ...", "a typo in `url`, or a name that only resolves inside a VPN", room="sentinelone/"
    ),
    Entry(
        "connection to ... refused, nothing is listening there",
        "wrong port, or the service behind it is down",
    ),
    Entry(
        "no connection to ... within ... s",
        "a firewall drops the packets; the machine needs a proxy",
        room="sentinelone/",
    ),
    Entry(
        "the TLS certificate of ... is not trusted (...)",
        "an on-premises console with its own authority, or a proxy that inspects TLS",
        then="verification cannot be disabled",
        room="sentinelone/",
    ),
    Entry("TLS could not be established with ...", "`url` names a port for HTTP, or a proxy intercepts TLS"),
    Entry(
        "the proxy refused the connection",
        "the proxy does not permit the host, or requires a login",
        room="sentinelone/",
    ),
    Entry("the proxy requires a user and a password", "`proxy` without credentials", message="407"),
    Entry(
        ": if this persists, set a longer 'read_timeout'",
        "a slow console or a very large page",
        message="timed out, no response within ... s",
    ),
    Entry(
        "a login page (single sign-on) or a proxy page was returned",
        "a gateway answers in place of the console",
        message="the response is a web page, not JSON",
    ),
    Entry(
        "a gateway or proxy in front of the console dropped the response",
        "a gateway with a short timeout",
        message="the response is empty",
    ),
    Entry(
        "set 'url' to the console itself",
        "`url` is an old address or that of a login portal",
        message="the console redirects to another address",
    ),
    Entry(
        "set a smaller 'page_size', or a larger 'max_answer'",
        "records with very large texts",
        message="the response is larger than ... MB",
    ),
    Entry(
        "set a smaller 'page_size', or a longer 'answer_timeout'",
        "a slow line",
        message="the response was not complete within ... s",
    ),
)

_TOKEN = (
    Entry(
        "the console rejects the token everywhere",
        "a token is valid for a limited time, and generating a new one revokes the old one",
        message="401, for all requests",
    ),
    Entry(
        "the token itself is valid, the console accepts it elsewhere",
        "the role lacks a permission, or the license a feature",
        message="401, for some requests",
    ),
    Entry(
        "the role or scope of the token does not permit this",
        "the role lacks the permission; `s1ecs streams` names it for each stream",
        message="403",
    ),
    Entry(
        "not found on this console, or a feature that it does not have",
        "on-premises consoles lack STAR alerts and others; the license may lack a module",
        message="404",
    ),
    Entry("the console limits the request rate", "two collectors or scripts share a token", message="429"),
    Entry(
        "if this persists, check the status of the console and the proxy",
        "maintenance or overload of the console",
        message="500 to 504",
    ),
    Entry(
        "check the setting 'token', 'token_file', 'token_env' or 'token_command'",
        "an empty file, or quotation marks in the file",
        message="the token is empty or contains invalid characters",
    ),
    Entry(
        "generate a token for a user whose role permits them",
        "responding needs its own token",
        message="no action_token is set",
    ),
)

_SETTINGS = (
    Entry(
        "no console is configured",
        "`s1ecs.yaml` is not in the working directory",
        then="or name the file: `s1ecs --config FILE ...`",
    ),
    Entry(
        "needs an extra that is not installed",
        "s1ecs was installed without the [extra](../README.md#install)",
        then="for an installation from a checkout: `pip install '.[NAME]'` there",
    ),
    Entry(
        "raise it (LimitNOFILE= of the systemd unit",
        "the limit of open files (`ulimit -n`) is low for this number of consoles",
        message="the limit of open files is reached",
    ),
    Entry(
        "... can't be served at ... port ... (...)",
        "the port is in use, often by a second s1ecs",
        remedy="Change `metrics_port`, or `web_port` of the page.",
    ),
)

_STATE = (
    Entry(
        "already collected by ...",
        "`run` is active as a service, and `collect` was started by hand",
        room="state/sqlite/leases",
    ),
    Entry(
        "check --state-dir and the setting state_dir, or collect first",
        "`state_dir` differs from that of the service; or nothing was collected yet",
        message="no state at ...",
    ),
    Entry(
        "give s1ecs write access to the directory and its files",
        "the file belongs to another user, because a command ran as root",
        message="s1ecs.db: can't be written (...)",
        then="run commands as the [user of the service](operations.md#run)",
        room="state/sqlite/database",
    ),
    Entry("can't be created (...); choose another", "a parent directory is missing or belongs to another user"),
    Entry(
        "no space left on its disk",
        "the store has no limit by default",
        then="limit it with `keep_days` or `keep_size` of the output `store`",
        room="state/sqlite/database",
    ),
    Entry(
        "not a valid SQLite database (...)",
        "a damaged disk, or a copy that was made while s1ecs ran",
        then="make copies with `s1ecs store --backup`",
    ),
    Entry(
        "written by a newer s1ecs (its schema is ..., this s1ecs supports ...)",
        "an older version was installed",
        then="see [Upgrading](upgrading.md#go-back)",
    ),
    Entry(
        "put state_dir on a local disk",
        "`state_dir` is on a network share",
        message="this file system can't lock files",
    ),
    Entry("another process has locked it for too long (...)", "a backup program or an SQLite browser holds the file"),
    Entry(
        "can't be reached (...)",
        "the server of a [state in PostgreSQL](operations.md#state-in-postgresql) is down, or a firewall is in between",
        message="PostgreSQL ...: can't be reached (...)",
        room="state/postgresql",
        remedy="check that it runs and the setting state; `run` then continues on its own; see `s1ecs check`",
    ),
    Entry(
        "took this walk over",
        "the process was paused, or could not reach the server of the state, for longer than a lease lasts",
        room="state/postgresql",
        remedy="nothing to do: nothing was saved twice, and another process continues; if it happens often, look for a "
        "machine that swaps or is overloaded",
    ),
    Entry("missing, or its directory can no longer be read", "the disk is not mounted, or the file was removed"),
)

_QUERIES = (
    Entry(
        "no document has the id ...",
        "the document was not collected yet, or retention removed it; the id is that of a site or account",
    ),
    Entry(
        "query: no value for ...",
        "the statement has a parameter, such as `:host`",
        message="no value for ...",
    ),
    Entry(
        "... is empty; expected SQL",
        "the command before the pipe failed",
        remedy="run `s1ecs query` on a terminal to list the views",
    ),
    Entry(
        "none of the last ... documents is there any more",
        "another store was restored while `s1ecs tail` was reading, or retention removed many documents at once",
        remedy="nothing to do; documents that came in between can be queried",
    ),
)

_OUTPUTS = (
    Entry(
        "fix the output, or increase spill_size",
        "the outage of the output lasts longer than `spill_size` allows",
        message="its spool is full (spill_size)",
    ),
    Entry(
        "choose a directory on another file system",
        "the directory of the files output is on a network share",
        message="this file system cannot lock files (...)",
    ),
    Entry("... other processes write here", "several state directories use one directory of files"),
)

_STATUS = (
    Entry(
        ": it died or cannot write the state",
        "the process was killed, or its disk is full or read-only",
        message="has not reported for ...",
        remedy="check the log of the service, then start it again",
    ),
    Entry("all streams are skipped", "the token expired, or its user lost the role"),
    Entry("; generate a new one: My User", "tokens expire", message="expires in ..."),
    Entry(
        "synchronize the clock of this machine (NTP)",
        "this machine has no NTP",
        message="the console's clock is ... ahead of this machine's",
        then="see [Wrong clocks](operations.md#wrong-clocks)",
    ),
    Entry(
        " (see s1ecs dead-letters)",
        "the mapping of an index conflicts with a document, see [Dead letters](outputs.md#dead-letters)",
        message="... dead letters",
        room="monitor/",
        remedy="`s1ecs dead-letters` lists them with their reasons",
    ),
)

_ACTIONS = (
    Entry(
        "no agent has the id, uuid, computer name, IP or MAC address ...",
        "a typo, or an agent of another site or console",
        remedy='names can be looked up: `s1ecs query "SELECT agent_id, host FROM agent_latest"`',
    ),
    Entry(
        "only decommissioned or uninstalled agents",
        "the host was reinstalled under another name",
        message="only decommissioned or uninstalled agents are named ...",
        remedy="specify one by its id",
    ),
    Entry("the console has no built-in script that ... on ...", "the license lacks RemoteOps"),
)

_SECTIONS: Mapping[str, Sequence[Entry]] = {
    "Connection": _CONNECTION,
    "Token and permissions": _TOKEN,
    "Settings and installation": _SETTINGS,
    "State directory": _STATE,
    "Queries": _QUERIES,
    "Outputs": _OUTPUTS,
    "Warnings of `s1ecs status`": _STATUS,
    "Response actions": _ACTIONS,
}

_TAIL = """
Errors of search servers are listed with [Elasticsearch](elasticsearch.md#what-to-do-at-each-error).

## Records seem to be missing

- `s1ecs reconcile --from YESTERDAY --to TODAY` compares every output with the console, id by id, and `--repair`
  delivers what is missing. Times are UTC.
- The first poll reads back a limited time only, by stream (`initial_interval`). `s1ecs backfill` collects more.
- An output that was added later has new documents only: [fill it](outputs.md#an-output-that-is-added-later).
- Inventories deliver new and changed entities only. The views `<stream>_latest` have all of them.
- The token sees the sites of its user only; `site_ids` restricts it further.

## Report a problem

Include `s1ecs --version`, the line of the error, `s1ecs streams --json`, and a trace of the stream with the problem.
The trace has no secrets, but host and user names.
"""


def troubleshooting_page() -> str:
    """Write the page in Markdown."""
    return _HEAD + "".join(_section(title, entries) for title, entries in _SECTIONS.items()) + _TAIL


def _section(title: str, entries: Sequence[Entry]) -> str:
    rows = "".join(_rows(entries))
    return f"\n## {title}\n\n| message | usual cause | remedy |\n|---|---|---|\n{rows}"


def _rows(entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        text = text_with(entry.words, entry.room)
        begin = text.index(entry.words)
        if entry.message in ("", entry.words):
            begin += len(entry.words)
        remedy = entry.remedy or text[begin:].partition("\n")[0].strip(":;, ").replace("|", "\\|")
        if remedy.startswith(_FRAGMENTS):
            raise NoSentence(f"{entry.words!r}: {remedy!r} is no remedy; write one")
        told = "; ".join(part for part in (remedy, entry.then) if part)
        yield f"| `{entry.message or entry.words}` | {entry.cause} | {told} |\n"
