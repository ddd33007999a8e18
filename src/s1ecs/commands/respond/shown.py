"""How actions are shown: what will be done, what came of it, what was done before."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import orjson

from s1ecs.commands.tables import print_table
from s1ecs.respond.audit.journal import Entry, Status, Target
from s1ecs.respond.files.result_files import Brought
from s1ecs.respond.one_line import one_line
from s1ecs.respond.plan import Plan
from s1ecs.respond.result import Result

_TO_GO_ON: Mapping[Status, str] = {"pending": "go on", "unknown": "look again"}
_PROCESS_COLUMNS = ("pid", "name", "user", "cpu", "memory", "started", "command")


def print_json(value: Any) -> None:
    """One JSON value on a line of standard output."""
    sys.stdout.write(orjson.dumps(value, default=str).decode() + "\n")


def print_requests(plan: Plan) -> None:
    """Every request of a plan as a JSON object a line, with `***` for what is drawn anew."""
    for request in plan.requests:
        print_json(request.shown)


def print_plan(plan: Plan, *, requests: bool) -> None:
    """On standard error what an action will do, for whoever is asked."""
    rows = [("action", f"{plan.action.name}: {plan.action.meaning}"), *plan.described]
    rows += [("with", told) for told in _arguments(plan)]
    if plan.comment:
        rows.append(("comment", plan.comment))
    if requests:
        rows += [("request", orjson.dumps(request.shown).decode()) for request in plan.requests]
    width = max(len(title) for title, _ in rows)
    for title, text in rows:
        sys.stderr.write(f"{title.ljust(width)}  {one_line(text)}\n")


def print_result(result: Result, *, wait: bool = True) -> None:
    """What became of an action, for people: standard output has what it brought, standard error the rest.

    With `wait` false standard output is one line, its id.
    """
    hosts = ", ".join(_named(target) for target in result.hosts)
    # The list of those that fit a name has lines of its own; they are set in, so that none is taken for a line of ours.
    first, *more = result.reason.split("\n") if result.status == "refused" else [result.reason]
    sys.stderr.write(
        f"{result.status}: {result.action}{f' on {one_line(hosts)}' if hosts else ''}: {one_line(first)}\n"
    )
    for line in more:
        sys.stderr.write(f"    {one_line(line).strip()}\n")
    if result.status in _TO_GO_ON:
        sys.stderr.write(f"{_TO_GO_ON[result.status]} with: s1ecs respond status {result.id}\n")
    if result.brought is not None:
        _print_brought(result.brought)
    elif result.id and not wait:
        sys.stdout.write(f"{result.id}\n")
        return
    if result.id:
        sys.stderr.write(f"id: {result.id}\n")


def result_object(result: Result) -> dict[str, Any]:
    """What became of an action, for programs."""
    shown: dict[str, Any] = {
        "id": result.id,
        "status": result.status,
        "hosts": [_host(target) for target in result.hosts],
        "reason": result.reason,
        "action": result.action,
        "console": result.console,
        "details": dict(result.details),
    }
    if result.brought is not None:
        brought = result.brought
        shown["file"] = {
            "path": str(brought.path),
            "size": brought.size,
            "sha256": brought.sha256,
            "password": brought.password or None,
            "folder": None if brought.folder is None else str(brought.folder),
            "problems": list(brought.problems),
        }
        if brought.streams:
            shown["streams"] = dict(brought.streams)
        if brought.processes is not None:
            shown["processes"] = asdict(brought.processes)
    return shown


def print_stopped(result: Result, *, json: bool) -> None:
    """What whoever stops waiting has to know; an action without an id was not sent."""
    if json:
        print_json(result_object(result))
    sys.stderr.write(f"\n{one_line(result.reason)}{f' (id {result.id})' if result.id else ''}\n")
    if result.status in _TO_GO_ON:
        sys.stderr.write(f"{_TO_GO_ON[result.status]} with: s1ecs respond status {result.id}\n")


def print_history(entries: Sequence[Entry], *, json: bool) -> None:
    """The rows of the journal, the newest first."""
    if json:
        sys.stdout.write("[")
        for place, entry in enumerate(entries):
            sys.stdout.write((",\n" if place else "") + orjson.dumps(_entry_object(entry)).decode())
        sys.stdout.write("]\n")
        return
    columns = ("id", "requested", "action", "on", "status", "by", "comment", "reason")
    rows = [
        (
            entry.id,
            entry.requested.strftime("%Y-%m-%d %H:%M:%S"),
            entry.action,
            ", ".join(_named(target) for target in entry.targets),
            entry.status,
            f"{entry.user}@{entry.machine}",
            entry.comment,
            entry.reason,
        )
        for entry in entries
    ]
    print_table(columns, rows, names=True)


def _entry_object(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "console": entry.console,
        "action": entry.action,
        "requested": entry.requested.isoformat(),
        "finished": None if entry.finished is None else entry.finished.isoformat(),
        "status": entry.status,
        "reason": entry.reason,
        "hosts": [_host(target) for target in entry.targets],
        "user": entry.user,
        "machine": entry.machine,
        "comment": entry.comment,
        "requests": list(entry.requests),
        "details": dict(entry.details),
    }


def _print_brought(brought: Brought) -> None:
    sys.stderr.write(f"file: {one_line(str(brought.path))} ({brought.size} bytes, SHA-256 {brought.sha256})\n")
    if brought.folder is not None:
        sys.stderr.write(f"unpacked: {one_line(str(brought.folder))}\n")
    if brought.password:
        sys.stderr.write("its password, shown this once:\n")
        sys.stdout.write(f"{brought.password}\n")
    for problem in brought.problems:
        sys.stderr.write(f"{one_line(problem)}\n")
    for name, text in brought.streams.items():
        stream = sys.stderr if name.rpartition("/")[2].startswith("stderr") else sys.stdout
        stream.write(_harmless_lines(text))
    if brought.processes is not None:
        _print_processes(brought)


def _print_processes(brought: Brought) -> None:
    table = brought.processes
    assert table is not None
    if table.rows:
        print_table(_PROCESS_COLUMNS, [[getattr(row, name) for name in _PROCESS_COLUMNS] for row in table.rows])
    elif table.text:
        sys.stderr.write("the result is no table that is understood; it is shown as it is:\n")
        sys.stdout.write(_harmless_lines(table.text))
    else:
        sys.stderr.write("the result holds no processes\n")
    if table.cut:
        sys.stderr.write(f"not all is shown; the rest is in {one_line(str(brought.path))}\n")


def _arguments(plan: Plan) -> list[str]:
    shown = plan.requests[0].shown["body"]
    data: Mapping[str, Any] = shown.get("data") if isinstance(shown.get("data"), dict) else {}
    return [f"{key}: {value}" for key, value in data.items() if value not in ("", None)]


def _host(target: Target) -> dict[str, str]:
    return {key: value for key, value in asdict(target).items() if value}


def _named(target: Target) -> str:
    if target.kind == "scope":
        return f"{target.name} {target.id}" if target.name != "tenant" else "the tenant"
    if target.kind == "agent":
        return f"{target.name} ({target.id})" if target.name and target.id else target.name or target.id
    return f"{target.kind} {target.id}{f' on {target.host}' if target.host else ''}"


def _harmless_lines(text: str) -> str:
    """A text of several lines that commands no terminal."""
    told = "\n".join(map(one_line, text.replace("\r\n", "\n").replace("\t", "    ").split("\n")))
    return told if told.endswith("\n") or not told else f"{told}\n"
