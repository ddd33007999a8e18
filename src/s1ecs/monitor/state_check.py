"""Check of the state directory: writable, with space, of one owner, and used by one machine."""

import os
import platform
import pwd
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from s1ecs.errors import StateError
from s1ecs.monitor.check_result import CheckArea, CheckLevel, CheckResult
from s1ecs.monitor.folder_check import folder_finding, free_text, nearest
from s1ecs.outputs.dead_letters import FOLDER_NAME as DEAD_LETTERS
from s1ecs.process_identity import is_gone
from s1ecs.state.heartbeats import Run
from s1ecs.state.sqlite.database import FILE_NAME, is_there
from s1ecs.state.sqlite.leases import FOLDER_NAME as LOCKS
from s1ecs.state.sqlite.state import ReadOnlyState

_AREA: CheckArea = "state"
# The directory may be shared with others, such as /tmp.
_OURS = (f"{FILE_NAME}*", f"{DEAD_LETTERS}*", f"{DEAD_LETTERS}/*", f"{LOCKS}*", f"{LOCKS}/*")
_ALIVE_WITHIN = timedelta(minutes=2)


def check_state(folder: Path, now: datetime) -> Iterator[CheckResult]:
    """Check the state directory, whether it exists yet or not; nothing is created. `now` is ours, UTC."""
    finding = folder_finding(folder)
    if finding is not None:
        yield _result(finding.level, finding.text, finding.cure)
    yield from _of_owners(folder, _owners(folder))
    try:
        if is_there(folder / FILE_NAME):
            yield from _of_run(ReadOnlyState(folder).life().run, now)
            if finding is None:
                yield _result("ok", f"{folder} is readable and writable ({free_text(folder)})")
        elif finding is None:
            what = "has no state yet" if folder.is_dir() else f"will be created in {nearest(folder)}"
            yield _result("ok", f"{folder} {what} ({free_text(folder)})")
    except StateError as error:
        yield _result("failed", str(error))


def _result(level: CheckLevel, text: str, cure: str = "") -> CheckResult:
    return CheckResult(level, _AREA, "state", text, cure)


def _owners(folder: Path) -> dict[int, str]:
    """Return the owners of our files in the directory, by user id: the first path of each."""
    owners: dict[int, str] = {}
    for pattern in _OURS:
        with suppress(OSError):
            for path in sorted(folder.glob(pattern)):
                # A lock may be removed meanwhile.
                with suppress(FileNotFoundError):
                    owners.setdefault(path.lstat().st_uid, str(path))
    return owners


def _of_owners(folder: Path, owners: dict[int, str]) -> Iterator[CheckResult]:
    if len(owners) > 1:
        told = ", ".join(f"{_user(owner)} ({path})" for owner, path in owners.items())
        cure = f"run s1ecs as one user, and give it all files: chown -R USER {folder}"
        yield _result("failed", f"files of several users: {told}", cure)
    elif owners and os.geteuid() not in owners:
        [owner] = owners
        cure = f"run s1ecs as that user: sudo -u {_user(owner)} s1ecs ..."
        yield _result("warning", f"{folder} belongs to {_user(owner)}, but this is {_user(os.geteuid())}", cure)


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid {number}"


def _of_run(run: Run | None, now: datetime) -> Iterator[CheckResult]:
    """Tell which `s1ecs run` uses the state, and whether it can be the only one."""
    if run is None or run.ended is not None:
        return
    who = f"`s1ecs run`, process {run.pid} on {run.host}"
    recent = now - run.beat <= _ALIVE_WITHIN
    if run.host != platform.node():
        if recent:
            cure = "use the directory on one machine only: its locks do not reach others"
            yield _result("warning", f"in use by {who}", cure)
    elif is_gone(run.pid, run.process):
        yield _result("warning", f"{who} ended without being stopped", "start it again, and see its log for the reason")
    elif recent:
        yield _result("ok", f"in use by {who}; `s1ecs collect` and `run` share its streams with it")
