"""Outcome of an action that fetches files: done only if everything promised arrived."""

from s1ecs.respond.audit.journal import Entry
from s1ecs.respond.files.promised import promised_of
from s1ecs.respond.files.result_files import Brought, Fetched
from s1ecs.respond.trackers import TrackerOutcome


def file_outcome(entry: Entry, outcome: TrackerOutcome, fetched: Fetched) -> TrackerOutcome:
    """The end of the action, by what was fetched for it.

    Whoever asks for files has them, as many, by their names, and encrypted with the password of the request. The
    result of a script counts as it is; a list of processes has some.
    """
    brought = fetched.brought
    if brought is None:
        return TrackerOutcome("failed", fetched.reason, outcome.details)
    details = {**outcome.details, **brought.shown}
    file = outcome.file or {}
    why = _why_not_all(brought, promised_of(entry, file).files) if "upload" in file else _why_no_result(entry, brought)
    if why:
        return TrackerOutcome("failed", why, details)
    unreadable = "" if "upload" in file or brought.came is not None else "; ".join(brought.problems)
    reason = f"{fetched.reason}; its result cannot be read: {unreadable}" if unreadable else fetched.reason
    return TrackerOutcome(outcome.status, reason, details)


def _why_not_all(brought: Brought, asked: int) -> str:
    """Explain why requested files did not arrive as promised; "" if they did."""
    problems = "; ".join(brought.problems)
    broken = list(brought.broken)
    if brought.came is None:
        return "; ".join([f"the uploaded ZIP cannot be used: {problems or 'its files cannot be counted'}", *broken])
    if brought.came < asked:
        files = "file" if asked == 1 else "files"
        return "; ".join([f"{brought.came} of {asked} {files}: {problems or 'the ZIP contains no more'}", *broken])
    return f"downloaded, but not as expected: {'; '.join(broken)}" if broken else ""


def _why_no_result(entry: Entry, brought: Brought) -> str:
    """Explain why a process list is unusable; "" for the result of any other script."""
    if entry.action != "processes":
        return ""
    table = brought.processes
    if table is not None and (table.rows or table.text):
        return ""
    return f"its result contains no processes{f': {problems}' if (problems := '; '.join(brought.problems)) else ''}"
