"""Check of files that hold secrets: does the machine let others read or change them."""

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from s1ecs.counted import counted
from s1ecs.monitor.check_result import CheckArea, CheckResult
from s1ecs.permissions import FILE_MODE
from s1ecs.settings import ConsoleSettings, ProxyAddress, Secret, Settings
from s1ecs.state.sqlite.database import FILE_NAME

_AREA: CheckArea = "secrets"
_GROUP = stat.S_IWGRP
_OTHERS = stat.S_IROTH | stat.S_IWOTH
# Container engines mount secrets here, readable by all, into a container of one user.
_MOUNTED = (Path("/run/secrets"), Path("/var/run/secrets"))
_TOKENS = ("token_file", "action_token_file")
_OF_THE_PAGE = ("web_token_file", "web_oidc_client_secret_file", "web_key_file", "web_users_file")
_LOGINS = ("password_file", "api_key_file", "bearer_file", "key_file")
_LINE = " line "


def check_secret_files(settings: Settings, folder: Path) -> Iterator[CheckResult]:
    """Check the mode of every file with a secret: token files, the settings file where it holds one, the state.

    `folder` is the working folder, by which the settings file is named. A group may read: it is how a service gets a
    file that it can't change; and a file in a folder that nobody else may enter is as safe as that. What is missing or
    can't be read is found where it is used.
    """
    files = _files(settings, folder)
    open_to_others = [result for path, what in files.items() if (result := _of_file(path, what)) is not None]
    yield from open_to_others
    if files and not open_to_others:
        yield CheckResult(
            "ok", _AREA, "secrets", f"{counted(len(files), 'file')} with secrets, none readable by all users"
        )


def _of_file(path: Path, what: str) -> CheckResult | None:
    mode = _mode(path)
    if mode is None or any(path.is_relative_to(each) for each in _MOUNTED):
        return None
    if not mode & _GROUP and not (mode & _OTHERS and _others_reach(path)):
        return None
    reads = "every user of this machine can read it" if mode & stat.S_IROTH else "others can change it"
    text = f"{path} ({what}) has mode {mode:04o}: {reads}"
    return CheckResult("failed", _AREA, "secrets", text, f"run: chmod {FILE_MODE:o} {path}")


def _others_reach(path: Path) -> bool:
    """Tell whether every folder above a file lets all users through to it."""
    try:
        return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.resolve().parents)
    except OSError:
        return True


def _mode(path: Path) -> int | None:
    """Return the mode of a file; None where it is missing, or in a folder that we can't search."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return None


def _files(settings: Settings, folder: Path) -> dict[Path, str]:
    """Return the files with secrets that exist, each with the name of its setting."""
    found: dict[Path, str] = {}
    for console in settings.consoles:
        for setting in _TOKENS:
            path = getattr(console, setting)
            if path is not None:
                found.setdefault(path, setting)
    for setting in _OF_THE_PAGE:
        path = getattr(settings, setting)
        if path is not None:
            found.setdefault(path, setting)
    for output in settings.outputs:
        for setting in _LOGINS:
            path = output.values.get(setting)
            if path is not None:
                found.setdefault(path, setting)
    for file in _settings_files(settings):
        found.setdefault(folder / file, "settings with secrets")
    found.setdefault(settings.state_dir / FILE_NAME, "state")
    return {path: what for path, what in found.items() if _mode(path) is not None}


def _settings_files(settings: Settings) -> set[str]:
    """Return the settings files that hold a secret as text, by the places where values were written."""
    places = [place for console in settings.consoles for place in _places_of_console(settings, console)]
    if any(_holds_secret(output.values) for output in settings.outputs):
        places.append(settings.origins.get("outputs", ""))
    own = ("proxy", "web_token", "web_oidc_client_secret")
    places += [settings.origins.get(setting, "") for setting in own if _is_secret(getattr(settings, setting))]
    if settings.state is not None and settings.state.has_password:
        places.append(settings.origins.get("state", ""))
    return {place.rpartition(_LINE)[0] for place in places if _LINE in place}


def _places_of_console(settings: Settings, console: ConsoleSettings) -> Iterator[str]:
    for setting in ("token", "action_token", "proxy"):
        if _is_secret(getattr(console, setting)):
            yield settings.origins.get(f"consoles.{console.name}.{setting}", "")


def _holds_secret(values: Mapping[str, Any]) -> bool:
    return any(map(_is_secret, values.values()))


def _is_secret(value: Any) -> bool:
    # The address of a proxy without a user is none.
    return isinstance(value, Secret) and (not isinstance(value, ProxyAddress) or "@" in value.reveal())
