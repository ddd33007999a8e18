"""`s1ecs web-user`: add, list and remove users of the web page."""

import sys
from collections.abc import Mapping, Sequence

from s1ecs.commands.terminal.tables import print_json, print_table, print_text
from s1ecs.commands.terminal.writer import ERR, ask
from s1ecs.errors import UsageError
from s1ecs.extras import importing
from s1ecs.masking import hide
from s1ecs.settings import Settings
from s1ecs.web.access.page_user import EVERY_CONSOLE, Role
from s1ecs.web.access.user_file import UserEntry, changing_users, read_users, users_path

_LONGEST_NAME = 100


def add_user(settings: Settings, name: str, role: str, consoles: Sequence[str], *, replace: bool) -> None:
    """Add a user; raise UsageError for a name that is taken, a role or console that is unknown, a bad password."""
    with importing("web"):
        from s1ecs.web.access.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD, hash_password
    if not name.isprintable() or name != name.strip() or not 0 < len(name) <= _LONGEST_NAME:
        raise UsageError(f"web-user: a name has 1 to {_LONGEST_NAME} printable characters, without spaces around it")
    roles = _roles(settings, role, consoles)
    path = users_path(settings)
    _refuse_taken(read_users(path), name, replace=replace)
    password = _password(name)
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise UsageError(f"web-user: the password must have {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    hide([password])
    entry = UserEntry(name, hash_password(password), roles)
    with changing_users(path, settings.state_dir) as users:
        _refuse_taken(users, name, replace=replace)
        was_there = name in users
        users[name] = entry
    print_text(f"{name}: {'replaced' if was_there else 'added'} as {_told(roles)} in {path}")


def list_users(settings: Settings, *, json: bool) -> None:
    """Print the users with their roles by console."""
    rows = [
        (name, console, str(role))
        for name, entry in sorted(read_users(users_path(settings)).items())
        for console, role in sorted(entry.roles.items())
    ]
    columns = ("user", "console", "role")
    if json:
        print_json(columns, rows)
    elif rows:
        print_table(columns, [(name, _console(console), role) for name, console, role in rows])
    else:
        print_text(f"no users in {users_path(settings)}; add one with: s1ecs web-user add NAME --role viewer")


def remove_user(settings: Settings, name: str) -> None:
    """Remove a user; raise UsageError for an unknown one."""
    path = users_path(settings)
    with changing_users(path, settings.state_dir) as users:
        if name not in users:
            raise UsageError(f"web-user: no user {name!r} in {path}; available: {', '.join(sorted(users)) or 'none'}")
        del users[name]
    print_text(f"{name}: removed from {path}")


def _refuse_taken(users: Mapping[str, UserEntry], name: str, *, replace: bool) -> None:
    if name in users and not replace:
        raise UsageError(f"web-user: there is a user {name!r}; pass --replace to change password and roles")


def _roles(settings: Settings, role: str, consoles: Sequence[str]) -> Mapping[str, Role]:
    default = _role(role)
    named = [each.partition("=") for each in consoles]
    known = [console.name for console in settings.consoles]
    for console, _, _ in named:
        if known and console not in known:
            raise UsageError(f"web-user: no console {console!r}; available: {', '.join(known)}")
    roles = {console: _role(own) if own else default for console, _, own in named}
    return roles or {EVERY_CONSOLE: default}


def _role(text: str) -> Role:
    if text not in set(Role):
        raise UsageError(f"web-user: {text!r} is not a role; available: {', '.join(Role)}")
    return Role(text)


def _password(name: str) -> str:
    if not (sys.stdin.isatty() and ERR.is_terminal):
        return sys.stdin.readline().rstrip("\r\n")
    password = ask(f"Password of {name} (not shown)", secret=True)
    if ask("The same again", secret=True) != password:
        raise UsageError("web-user: the two passwords differ; nothing was changed")
    return password


def _told(roles: Mapping[str, Role]) -> str:
    return ", ".join(f"{role} on {_console(console)}" for console, role in roles.items())


def _console(name: str) -> str:
    return "all consoles" if name == EVERY_CONSOLE else name
