"""The file of users: names, password hashes and roles by console; for its owner alone, replaced as a whole."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import orjson
import pydantic

from s1ecs.errors import SettingsError
from s1ecs.open_files import at_limit
from s1ecs.permissions import private_folder
from s1ecs.settings import Settings
from s1ecs.web.access.page_user import PageUser, Role
from s1ecs.whole_files import whole_file

FILE_NAME = "web-users.json"

_VERSION = 1
_LARGEST = 10_000_000


@dataclass(frozen=True)
class UserEntry:
    """A user in the file."""

    name: str
    password_hash: str = field(repr=False)
    roles: Mapping[str, Role]

    @property
    def user(self) -> PageUser:
        """The person whom the entry stands for."""
        return PageUser(self.name, self.roles)


class _Entry(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")

    password: Annotated[str, pydantic.Field(pattern=r"^\$argon2")]
    roles: Annotated[dict[str, Role], pydantic.Field(min_length=1)]


class _File(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")

    version: int
    users: dict[str, _Entry]


def users_path(settings: Settings) -> Path:
    """Return the path of the file by the settings."""
    return settings.web_users_file or settings.state_dir / FILE_NAME


def read_users(path: Path) -> dict[str, UserEntry]:
    """Read the users by name, none where there is no file; raise SettingsError where it can't be used."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"users of the page: {path} can't be read: {at_limit(error) or error.strerror}") from None
    try:
        read = _File.model_validate_json(content)
    except pydantic.ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        problem = ": ".join([*filter(None, [".".join(map(str, first["loc"]))]), first["msg"]])
        raise SettingsError(
            f"users of the page: {path} is not a file of users ({problem}); correct it, or remove it and add the users "
            "again with `s1ecs web-user add`"
        ) from None
    if read.version != _VERSION:
        raise SettingsError(f"users of the page: {path} was written by a newer s1ecs")
    return {name: UserEntry(name, entry.password, entry.roles) for name, entry in read.users.items()}


@contextmanager
def changing_users(path: Path, state_folder: Path) -> Iterator[dict[str, UserEntry]]:
    """Yield the users to change, and write them when the context ends without an error; one process at a time.

    Raise SettingsError where the file can't be read or written.
    """
    try:
        private_folder(path.parent)
        folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise _unwritten(path, error) from None
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        users = read_users(path)
        yield users
        written = {name: {"password": each.password_hash, "roles": each.roles} for name, each in users.items()}
        text = orjson.dumps({"version": _VERSION, "users": written}, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
        try:
            with whole_file(state_folder, path, replace=True) as file:
                file.write(text + b"\n")
        except OSError as error:
            raise _unwritten(path, error) from None
    finally:
        os.close(folder)


def _unwritten(path: Path, error: OSError) -> SettingsError:
    return SettingsError(f"users of the page: {path} can't be written: {at_limit(error) or error.strerror}")


class FileUsers:
    """The users of the file as it is now; read again when it changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_at: tuple[int, int, int] | None = None
        self._users: Mapping[str, UserEntry] = {}

    def find(self, name: str) -> UserEntry | None:
        """Return a user; None for an unknown one. Raise SettingsError where the file can't be used."""
        try:
            found = self._path.stat()
            at = (found.st_ino, found.st_mtime_ns, found.st_size)
        except OSError:
            at = None
        if at is None or at != self._read_at:
            self._read_at = None
            self._users = read_users(self._path)
            self._read_at = at
        return self._users.get(name)

    def is_as(self, entry: UserEntry) -> bool:
        """Tell whether a user stands in the file as at login; a file that can't be used has nobody."""
        try:
            return self.find(entry.name) == entry
        except SettingsError:
            return False
