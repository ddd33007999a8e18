"""Questions of `s1ecs init`, asked only for what the command line does not answer."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from s1ecs.commands.init.answers import (
    DEFAULT_FILES_PATH,
    OUTPUT_TYPES,
    SEARCH_TYPES,
    InitOptions,
    OutputAnswer,
    SecretFile,
    refuse_existing,
)
from s1ecs.commands.terminal.writer import ERR, ask
from s1ecs.errors import SettingsError, UsageError
from s1ecs.masking import hide
from s1ecs.settings.addresses import clean_address, clean_server
from s1ecs.settings.secrets import clean_password, clean_token, read_secret, token_from_file

T = TypeVar("T")

_WHERE_TOKENS_ARE = "in the console under My User > Actions > API Token Operators"


def ask_url(options: InitOptions) -> str:
    """Return the address of the console."""
    if options.url is not None:
        return _option("--url", options.url, clean_address)
    if not options.asks:
        raise UsageError("init: pass --url ADDRESS, such as --url https://example.sentinelone.net")
    return _asked("Address of the console, such as https://example.sentinelone.net", clean_address)


def ask_token(options: InitOptions) -> SecretFile:
    """Return the token with the file for it; that file is only read where it exists."""
    given = options.token_file
    if given is not None and given.exists():
        return SecretFile("token_file", given, token_from_file(given, "--token-file"), is_there=True)
    if options.token_stdin:
        token = _option("--token-stdin", sys.stdin.readline(), clean_token)
    elif options.asks:
        token = _asked(f"API token (not shown; generate one {_WHERE_TOKENS_ARE})", clean_token, secret=True)
    else:
        raise UsageError("init: pass --token-file FILE with the API token, or --token-stdin")
    hide([token])
    return SecretFile("token_file", options.token_path, token, is_there=False)


def ask_outputs(options: InitOptions) -> tuple[OutputAnswer, ...]:
    """Return the outputs; the local store where nothing else was chosen."""
    names = options.outputs
    if not names and options.asks:
        told = f"Outputs, one or several of {', '.join(OUTPUT_TYPES)}"
        names = _asked(told, _output_names, default="store")
    return tuple(_output(name, options) for name in names or ("store",))


def _output(name: str, options: InitOptions) -> OutputAnswer:
    if name == "files":
        given = options.files_path
        if given is not None:
            return OutputAnswer(name, {"path": given if given == "-" else str(Path(given).absolute())})
        path = DEFAULT_FILES_PATH
        if options.asks:
            path = _asked("Directory of the files", _not_empty, default=path)
        return OutputAnswer(name, {"path": str(options.folder.absolute() / path)})
    if name not in SEARCH_TYPES:
        return OutputAnswer(name)
    if not options.hosts and not options.asks:
        raise UsageError(f"init: --output {name} needs --host ADDRESS, such as --host https://search.example:9200")
    hosts = [_option("--host", host, clean_server) for host in options.hosts] or [
        _asked("Address of the server, such as https://search.example:9200", clean_server)
    ]
    values, secret = _login(name, options)
    return OutputAnswer(name, {"hosts": ", ".join(hosts), **values}, secret)


def _login(name: str, options: InitOptions) -> tuple[dict[str, str], SecretFile | None]:
    if options.api_key_file is not None:
        return {}, _existing("api_key_file", options.api_key_file, clean_token)
    if options.username is not None and options.password_file is not None:
        password = _existing("password_file", options.password_file, clean_password)
        return {"username": options.username}, password
    if not options.asks:
        return {}, None
    default = "api-key" if name == "elasticsearch" else "password"
    way = _asked("Login: api-key, password or none", _login_way, default=default)
    if way == "api-key":
        return {}, _new(options.folder / f"{name}-api-key.txt", "api_key_file", "API key (not shown)", clean_token)
    if way == "password":
        user = _asked("User name", _not_empty)
        path = options.folder / f"{name}-password.txt"
        return {"username": user}, _new(path, "password_file", "Password (not shown)", clean_password)
    return {}, None


def _existing(setting: str, path: Path, clean: Callable[[str], str]) -> SecretFile:
    flag = f"--{setting.replace('_', '-')}"
    try:
        return SecretFile(setting, path, clean(read_secret(path)), is_there=True)
    except OSError as error:
        raise SettingsError(f"{flag} {path}: can't be read: {error.strerror}") from None
    except ValueError:
        raise SettingsError(f"{flag} {path}: must contain the secret and nothing else") from None


def _new(path: Path, setting: str, question: str, clean: Callable[[str], str]) -> SecretFile:
    refuse_existing(path, f"pass --{setting.replace('_', '-')} {path} to use it, or move it away")
    secret = _asked(question, clean, secret=True)
    hide([secret])
    return SecretFile(setting, path, secret, is_there=False)


def _asked(question: str, clean: Callable[[str], T], *, default: str | None = None, secret: bool = False) -> T:
    """Ask until the answer can be used."""
    while True:
        try:
            return clean(ask(question, default=default, secret=secret))
        except ValueError as problem:
            ERR.line(f"  {problem}")


def _option(flag: str, text: str, clean: Callable[[str], T]) -> T:
    try:
        return clean(text)
    except ValueError as problem:
        raise UsageError(f"init: {flag}: {problem}") from None


def _output_names(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(filter(None, (each.strip() for each in text.split(",")))))
    unknown = [name for name in names if name not in OUTPUT_TYPES]
    if unknown or not names:
        raise ValueError(f"not an output; available: {', '.join(OUTPUT_TYPES)}")
    return names


def _login_way(text: str) -> str:
    way = text.strip().lower()
    if way not in {"api-key", "password", "none"}:
        raise ValueError("available: api-key, password, none")
    return way


def _not_empty(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    return text.strip()
