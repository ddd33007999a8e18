"""InitAnswers of `s1ecs init`: what was given on the command line, and what is made of it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from s1ecs.errors import UsageError

SEARCH_TYPES = ("elasticsearch", "opensearch")
OUTPUT_TYPES = ("store", "files", *SEARCH_TYPES)
DEFAULT_STATE_DIR = "s1ecs-data"
DEFAULT_FILES_PATH = "documents"
# Settings that options of `init` give.
OWN_OPTIONS = {
    "url": "--url",
    "token": "--token-stdin",
    "token_file": "--token-file",
    "token_env": "--token-file",
    "token_command": "--token-file",
    "outputs": "--output",
    "consoles": "--url",
}


@dataclass(frozen=True)
class InitOptions:
    """Options of the command line; None and empty where a question may be asked instead.

    `file` is the settings file to write, `settings` are others for it, by name. `asks`: there is somebody to answer
    questions.
    """

    file: Path
    url: str | None = None
    token_file: Path | None = None
    token_stdin: bool = False
    outputs: tuple[str, ...] = ()
    files_path: str | None = None
    hosts: tuple[str, ...] = ()
    username: str | None = None
    password_file: Path | None = None
    api_key_file: Path | None = None
    state_dir: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    asks: bool = False
    checks: bool = True

    @property
    def folder(self) -> Path:
        """Return the folder of the settings file, by which its paths are read."""
        return self.file.parent

    @property
    def token_path(self) -> Path:
        """Return the file of the token: as given, or beside the settings file."""
        return self.token_file or self.folder / "token.txt"

    @property
    def state_folder(self) -> Path:
        """Return the state directory: as given, or beside the settings file."""
        return self.folder / DEFAULT_STATE_DIR if self.state_dir is None else Path(self.state_dir)

    @property
    def search_options(self) -> bool:
        """Tell whether anything was said about a search server."""
        return any((self.hosts, self.username, self.password_file, self.api_key_file))


class SecretFile(NamedTuple):
    """A secret with the file that holds it, or is to hold it: `setting` names the file in the settings."""

    setting: str
    path: Path
    secret: str
    is_there: bool

    @property
    def own_setting(self) -> str:
        """Return the setting that holds such a secret itself."""
        return self.setting.removesuffix("_file")


@dataclass(frozen=True)
class OutputAnswer:
    """One output: its type, its settings, and the file of its secret."""

    type: str
    values: Mapping[str, str] = field(default_factory=dict)
    secret: SecretFile | None = None


@dataclass(frozen=True)
class InitAnswers:
    """Everything that the settings file will say."""

    url: str
    token: SecretFile
    state_dir: Path
    outputs: tuple[OutputAnswer, ...] = (OutputAnswer("store"),)
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def secrets(self) -> list[SecretFile]:
        """Return all files with secrets."""
        return [self.token, *(each.secret for each in self.outputs if each.secret is not None)]

    def environment(self) -> dict[str, str]:
        """Return the same settings as variables, with the secrets that no file holds yet."""
        outputs = [
            {"type": each.type, **each.values, **({} if each.secret is None else _secret(each.secret))}
            for each in self.outputs
        ]
        return {
            "S1ECS_URL": self.url,
            "S1ECS_TOKEN": self.token.secret,
            "S1ECS_STATE_DIR": str(self.state_dir.absolute()),
            "S1ECS_OUTPUTS": json.dumps(outputs),
        }


def _secret(found: SecretFile) -> dict[str, str]:
    return {found.own_setting: found.secret}


def refuse_existing(path: Path, cure: str) -> None:
    """Raise UsageError where a file that would be written exists; `cure` says what to do instead."""
    if path.exists() or path.is_symlink():
        raise UsageError(f"init: {path} already exists and is not overwritten; {cure}")


def check_options(options: InitOptions) -> None:
    """Raise UsageError where options do not fit together, or a file that would be written exists."""
    if not options.file.name:
        raise UsageError(f"init: --config {options.file} is not the name of a file")
    endings = (".yaml", ".yml") if options.file.suffix in {".yaml", ".yml"} else ()
    for path in dict.fromkeys((options.file, *map(options.file.with_suffix, endings))):
        refuse_existing(path, "edit it, or write another one: s1ecs --config FILE init")
    if options.token_file is None:
        path = options.token_path
        refuse_existing(path, f"pass --token-file {path} to use its token, or --token-file FILE to write another file")
    elif options.token_stdin and options.token_file.exists():
        raise UsageError(f"init: --token-stdin would overwrite {options.token_file}; pass one of them")
    for name, option in OWN_OPTIONS.items():
        if name in options.settings:
            raise UsageError(f"init: --set {name}: pass {option} instead")
    if problem := next(_problems(options), ""):
        raise UsageError(f"init: {problem}")


def _problems(options: InitOptions) -> Iterator[str]:
    """Yield what does not fit together among the options of outputs."""
    chosen = options.outputs or (() if options.asks else ("store",))
    search = [name for name in chosen if name in SEARCH_TYPES]
    for name in options.outputs:
        if name not in OUTPUT_TYPES:
            yield f"--output {name}: no such output; available: {', '.join(OUTPUT_TYPES)}"
    if len(set(options.outputs)) < len(options.outputs):
        yield "--output was given twice with the same type"
    if len(search) > 1:
        yield "pass one of --output elasticsearch and --output opensearch; add the other one to the file"
    if chosen and options.search_options and not search:
        yield "--host, --username, --password-file and --api-key-file need --output elasticsearch or opensearch"
    if chosen and options.files_path is not None and "files" not in chosen:
        yield "--files-path needs --output files"
    if options.api_key_file is not None and (options.username is not None or options.password_file is not None):
        yield "pass --api-key-file, or --username and --password-file"
    if (options.username is None) != (options.password_file is None):
        yield "--username and --password-file belong together"
