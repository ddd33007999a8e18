"""Printing of actions: preview, result, history."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import orjson

from s1ecs.commands.terminal.tables import print_leading, print_table
from s1ecs.commands.terminal.writer import ERR, OUT
from s1ecs.escaping import one_line
from s1ecs.respond.audit.journal import OPEN
from s1ecs.timestamps import shown_time

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    # Much code for actions stands behind these types; the history needs none of it.
    from s1ecs.respond.audit.journal import Entry, Status, Target
    from s1ecs.respond.files.result_files import Brought
    from s1ecs.respond.plan.plan import Plan
    from s1ecs.respond.run.result import Result

_TO_GO_ON: Mapping[Status, str] = {"pending": "resume", "unknown": "check again"}
_PROCESS_COLUMNS = ("pid", "name", "user", "cpu", "memory", "started", "command")


def print_json(value: Any) -> None:
    """One JSON value on a line of standard output."""
    OUT.json(f"{as_json(value)}\n")


def as_json(value: Any) -> str:
    """A JSON value on one line."""
    return orjson.dumps(value, default=str).decode()


def print_requests(plan: Plan) -> None:
    """Every request of a plan as a JSON object a line, with `***` for what is drawn anew."""
    for request in plan.requests:
        print_json(request.shown)


def print_plan(plan: Plan, *, requests: bool) -> None:
    """On standard error what an action will do, for whoever is asked."""
    rows = [("action", f"{plan.action.name}: {plan.action.meaning}"), *plan.described]
    rows += [("with", told) for told in arguments_of(plan)]
    if plan.comment:
        rows.append(("comment", plan.comment))
    if requests:
        rows += [("request", orjson.dumps(request.shown).decode()) for request in plan.requests]
    width = max(len(title) for title, _ in rows)
    for title, text in rows:
        ERR.write(f"{title.ljust(width)}  {one_line(text)}\n")


def print_result(result: Result, *, wait: bool = True) -> None:
    """Print a result for people: data on standard output, everything else on standard error.

    With `wait` false standard output is one line, its id.
    """
    hosts = ", ".join(named(target) for target in result.hosts)
    # The list of those that fit a name has lines of its own; they are set in, so that none is taken for a line of ours.
    first, *more = result.reason.split("\n") if result.status == "refused" else [result.reason]
    ERR.write(f"{result.status}: {result.action}{f' on {one_line(hosts)}' if hosts else ''}: {one_line(first)}\n")
    for line in more:
        ERR.write(f"    {one_line(line).strip()}\n")
    if result.status in _TO_GO_ON:
        ERR.write(f"{_TO_GO_ON[result.status]} with: s1ecs respond status {result.id}\n")
    print_end_of(result)
    if result.brought is not None:
        _print_brought(result.brought)
    elif result.id and not wait:
        OUT.write(f"{result.id}\n")
        return
    if result.id:
        ERR.write(f"id: {result.id}\n")


def print_end_of(result: Result) -> None:
    """Print when an action that is for a time is ended, and how to keep it."""
    end = result.details.get("ended_by")
    if end and result.status in {"done", *OPEN}:
        due = result.details.get("ended_by_due")
        ERR.write(f"ended at {due} by `s1ecs run`; to keep it: s1ecs respond cancel {end}\n")


def result_object(result: Result) -> dict[str, Any]:
    """Build the JSON object of a result, for programs."""
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
            "encryption": brought.encryption or None,
            "warning": brought.warning or None,
            "folder": None if brought.folder is None else str(brought.folder),
            "problems": list(dict.fromkeys((*brought.broken, *brought.problems))),
        }
        if brought.streams:
            shown["streams"] = dict(brought.streams)
        if brought.processes is not None:
            shown["processes"] = asdict(brought.processes)
    return shown


def print_stopped(result: Result, *, json: bool) -> None:
    """Print the state of an action at an interruption; one without an id was not sent."""
    if json:
        print_json(result_object(result))
    ERR.write(f"\n{one_line(result.reason)}{f' (id {result.id})' if result.id else ''}\n")
    if result.status in _TO_GO_ON:
        ERR.write(f"{_TO_GO_ON[result.status]} with: s1ecs respond status {result.id}\n")


def print_history(entries: Sequence[Entry], *, json: bool) -> None:
    """The rows of the journal, the newest first."""
    if json:
        OUT.write("[")
        for place, entry in enumerate(entries):
            OUT.json((",\n" if place else "") + orjson.dumps(_entry_object(entry)).decode())
        OUT.write("]\n")
        return
    columns = ("id", "status", "action", "on", "requested", "by", "comment", "reason")
    rows = [
        (
            entry.id,
            entry.status,
            entry.action,
            ", ".join(
                target.name if target.kind == "agent" and target.name else named(target) for target in entry.targets
            ),
            shown_time(entry.requested),
            f"{entry.user}@{entry.machine}",
            entry.comment,
            entry.reason,
        )
        for entry in entries
    ]
    print_leading(columns, rows, least=3)


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


def print_file(brought: Brought) -> None:
    """Print where a file is, and what is to be known before it is opened."""
    ERR.write(f"file: {one_line(str(brought.path))} ({brought.size} bytes, SHA-256 {brought.sha256})\n")
    if brought.warning:
        ERR.write(f"{one_line(brought.warning)}\n")
    if brought.folder is not None:
        ERR.write(f"unpacked: {one_line(str(brought.folder))}\n")


def _print_brought(brought: Brought) -> None:
    print_file(brought)
    if brought.password:
        ERR.write("ZIP password (shown only once):\n")
        OUT.write(f"{brought.password}\n")
    for problem in dict.fromkeys((*brought.broken, *brought.problems)):
        if problem != brought.warning:
            ERR.write(f"{one_line(problem)}\n")
    for name, text in brought.streams.items():
        stream = ERR if name.rpartition("/")[2].startswith("stderr") else OUT
        stream.write(_lines(text), data=True)
    if brought.processes is not None:
        _print_processes(brought)


def _print_processes(brought: Brought) -> None:
    table = brought.processes
    assert table is not None
    if table.rows:
        print_table(
            _PROCESS_COLUMNS, [[getattr(row, name) for name in _PROCESS_COLUMNS] for row in table.rows], data=True
        )
    elif table.text:
        ERR.write("the result is not a known table format; shown unchanged:\n")
        OUT.write(_lines(table.text), data=True)
    else:
        ERR.write("the result contains no processes\n")
    if table.cut:
        ERR.write(f"output truncated; the full result is in {one_line(str(brought.path))}\n")


def arguments_of(plan: Plan) -> list[str]:
    """The parts of a request beside its target, for people."""
    shown = plan.requests[0].shown["body"]
    data: Mapping[str, Any] = shown.get("data") if isinstance(shown.get("data"), dict) else {}
    return [f"{key}: {value}" for key, value in data.items() if value not in ("", None)]


def _host(target: Target) -> dict[str, str]:
    return {key: value for key, value in asdict(target).items() if value}


def named(target: Target) -> str:
    """The target of an action with its id."""
    if target.kind == "scope":
        return f"{target.name} {target.id}" if target.name != "tenant" else "the tenant"
    if target.kind == "agent":
        return f"{target.name} ({target.id})" if target.name and target.id else target.name or target.id
    return f"{target.kind} {target.id}{f' on {target.host}' if target.host else ''}"


def _lines(text: str) -> str:
    """A text of several lines with the line ends of this system."""
    told = text.replace("\r\n", "\n").replace("\t", "    ")
    return told if told.endswith("\n") or not told else f"{told}\n"


def say(text: str) -> None:
    """Tell of outputs that do not take documents now."""
    ERR.line(f"s1ecs: {text}")
