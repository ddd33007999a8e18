"""Secrets, and where a console's token comes from. A secret prints as `***` wherever it goes."""

import asyncio
import os
import re
import shlex
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pydantic

from s1ecs.errors import SettingsError
from s1ecs.masking import hide
from s1ecs.open_files import at_limit

COMMAND_SECONDS = 30.0

_LONGEST = 65_536
_IN_QUERY = re.compile(r"(?<=password=)[^&]+")


class Secret(pydantic.Secret[str]):
    """A text that prints as `***` in logs, errors, dumps and tables; `reveal` gives it to who needs it.

    From its making on it is masked wherever somebody repeats it.
    """

    def __init__(self, secret_value: str) -> None:
        super().__init__(secret_value)
        hide([secret_value])

    def _display(self) -> str:
        return "***"

    def reveal(self) -> str:
        """Give the text itself."""
        return self.get_secret_value()


class ProxyAddress(Secret):
    """A proxy's address; its user and password print as `***`."""

    def _display(self) -> str:
        scheme, _, rest = self.get_secret_value().partition("://")
        user, at, host = rest.rpartition("@")
        return f"{scheme}://{'***' if user else ''}{at}{host}"


class DatabaseAddress(Secret):
    """The URL of a PostgreSQL database; its password prints as `***`, wherever it stands in the URL."""

    def __init__(self, secret_value: str) -> None:
        super().__init__(secret_value)
        hide(self._passwords())

    @property
    def has_password(self) -> bool:
        """Tell whether the URL holds a password."""
        return bool(self._passwords())

    def _passwords(self) -> list[str]:
        url = self.get_secret_value()
        return [unquote(found) for found in (*_login(url)[1:2], *_IN_QUERY.findall(url)) if found]

    def _display(self) -> str:
        url = self.get_secret_value()
        user, password, place = _login(url)
        shown = f"postgresql://{user}{':***' if password else ''}{'@' if user or password else ''}{place}"
        return _IN_QUERY.sub("***", shown)


def _login(url: str) -> tuple[str, str, str]:
    """Split a database's URL into user, password, and what comes behind the login."""
    rest = url.partition("://")[2]
    authority = re.split(r"[/?]", rest, maxsplit=1)[0]
    login, at, _ = authority.rpartition("@")
    user, _, password = login.partition(":")
    return user, password, rest[len(login) + len(at) :]


def clean_token(text: str) -> str:
    """Trim a token; a ValueError says what is wrong with it, never the token itself."""
    token = text.strip()
    if not token:
        raise ValueError("is empty")
    # Anything else can't travel in a header, and the error of whoever tried would show it.
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise ValueError("is not a token: it contains spaces, line breaks or special characters; paste only the token")
    return token


def clean_password(text: str) -> str:
    """Take the line break off a password's end; a ValueError says what is wrong with it, never the password itself."""
    password = text.rstrip("\r\n")
    if not password:
        raise ValueError("is empty")
    if not password.isprintable():
        raise ValueError("is not a password: it contains line breaks or control characters; paste only the password")
    return password


def clean_command(text: str) -> str:
    """Check that a command can be split into words; a ValueError says why not."""
    try:
        words = shlex.split(text)
    except ValueError:
        raise ValueError("can't be split into words: a quotation mark is not closed") from None
    if not words:
        raise ValueError("is empty")
    return text.strip()


def read_secret(path: Path) -> str:
    """The text of a file that holds a secret and nothing else; raise OSError, UnicodeDecodeError, ValueError."""
    with path.open("rb") as file:
        content = file.read(_LONGEST + 1)
    if len(content) > _LONGEST:
        raise ValueError(f"is larger than {_LONGEST} bytes")
    return content.decode("utf-8")


def token_from_file(path: Path, setting: str = "token_file") -> str:
    """Read a token from a file, as it stands there now."""
    try:
        text = read_secret(path)
    except FileNotFoundError:
        raise SettingsError(f"{setting} {path}: no such file; write the token into it") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{setting} {path}: is not a text file; write the token into it") from None
    except OSError as problem:
        raise SettingsError(f"{setting} {path}: can't be read: {at_limit(problem) or problem.strerror}") from None
    except ValueError as problem:
        raise SettingsError(f"{setting} {path}: {problem}; write the token into it and nothing else") from None
    return _checked(text, f"{setting} {path}", "write the token into it")


def token_from_environment(variable: str, setting: str = "token_env") -> str:
    """Read a token from a variable of this process's environment."""
    text = os.environ.get(variable)
    if text is None:
        raise SettingsError(f"{setting} {variable}: no such environment variable; set it before s1ecs starts")
    return _checked(text, f"{setting} {variable}", "set it to the token and nothing else")


async def token_from_command(command: str, *, setting: str = "token_command", seconds: float = COMMAND_SECONDS) -> str:
    """Run a command without a shell and take what it prints as the token."""
    words = shlex.split(command)
    where = f"{setting} {words[0]!r}"
    try:
        # Standard error is dropped: what a password manager says may hold what it knows.
        process = await asyncio.create_subprocess_exec(
            *words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except FileNotFoundError:
        raise SettingsError(f"{where}: no such program") from None
    except (OSError, ValueError) as problem:
        cure = at_limit(problem) or "check that it is executable"
        raise SettingsError(f"{where}: can't be run; {cure}") from None
    try:
        output, _ = await asyncio.wait_for(process.communicate(), seconds)
    except TimeoutError:
        raise SettingsError(f"{where}: did not finish within {seconds:g} s; run it by hand to see why") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise SettingsError(f"{where}: exited with status {process.returncode}; run it by hand to see why")
    return _checked(output.decode("utf-8", errors="replace"), where, "it must print the token and nothing else")


def _checked(text: str, where: str, cure: str) -> str:
    try:
        token = clean_token(text)
    except ValueError as problem:
        raise SettingsError(f"{where}: {problem}; {cure}") from None
    hide([token])
    return token
