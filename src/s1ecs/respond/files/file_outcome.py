"""How an action that brings files ended: done only where every file that was asked for came."""

from s1ecs.respond.audit.journal import Entry
from s1ecs.respond.files.result_files import Fetched
from s1ecs.respond.following import Outcome


def file_outcome(entry: Entry, outcome: Outcome, fetched: Fetched) -> Outcome:
    """The end of the action, by what was fetched for it.

    Whoever asks for files has them in a zip with the password of the request; a script's result counts as it is.
    """
    brought = fetched.brought
    if brought is None:
        return Outcome("failed", fetched.reason, outcome.details)
    details = {**outcome.details, **brought.shown}
    if not brought.password:
        return Outcome(outcome.status, fetched.reason, details)
    problems = "; ".join(brought.problems)
    asked = asked_files(entry)
    if brought.came is None:
        return Outcome(
            "failed", f"what was uploaded can't be used: {problems or 'its files can not be counted'}", details
        )
    if brought.came < asked:
        why = problems or "the zip has no more"
        return Outcome("failed", f"{brought.came} of {asked} {'file' if asked == 1 else 'files'}: {why}", details)
    return Outcome(outcome.status, fetched.reason, details)


def asked_files(entry: Entry) -> int:
    """How many files were asked for; the file of a threat is one."""
    for request in entry.requests:
        body = request.get("body")
        data = body.get("data") if isinstance(body, dict) else None
        files = data.get("files") if isinstance(data, dict) else None
        if isinstance(files, list):
            return len(files)
    return 1
