"""Options that every command takes, before the command's name or behind it."""

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from s1ecs.cli.help_page import COMMON_OPTIONS, HelpCommand, HelpGroup
from s1ecs.errors import UsageError

# -h beside --help, for every command.
_CONTEXT = {"help_option_names": ["-h", "--help"]}


def _setting_names(incomplete: str) -> list[tuple[str, str]]:
    """Complete the name of `--set NAME=VALUE`."""
    from s1ecs.settings.setting import Level
    from s1ecs.settings.table import rows

    return [
        (f"{name}=", row.help) for name, row in rows(Level.TOP).items() if name.startswith(incomplete.replace("-", "_"))
    ]


_Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="Settings file. Default: s1ecs.yaml or s1ecs.yml, if it exists.",
        rich_help_panel=COMMON_OPTIONS,
    ),
]
_Assignments = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Override a setting; repeatable. Example: --set interval=1m.",
        autocompletion=_setting_names,
        rich_help_panel=COMMON_OPTIONS,
    ),
]
_StateDir = Annotated[
    str | None,
    typer.Option(
        "--state-dir",
        metavar="FOLDER",
        help="Directory of checkpoints and local store. Default: s1ecs-data.",
        rich_help_panel=COMMON_OPTIONS,
    ),
]
_LogFormat = Annotated[
    str | None,
    typer.Option(
        "--log-format",
        metavar="FORMAT",
        help="Log format: text, or ecs for ECS JSON lines. Default: text.",
        rich_help_panel=COMMON_OPTIONS,
    ),
]
_Quiet = Annotated[
    bool,
    typer.Option("-q", "--quiet", help="Log errors only and show no progress.", rich_help_panel=COMMON_OPTIONS),
]
_Verbose = Annotated[
    bool, typer.Option("-v", "--verbose", help="Log debug messages, too.", rich_help_panel=COMMON_OPTIONS)
]

_OPTIONS: Mapping[str, tuple[Any, Any]] = {
    "config": (_Config, None),
    "assignments": (_Assignments, None),
    "state_dir": (_StateDir, None),
    "log_format": (_LogFormat, None),
    "quiet": (_Quiet, False),
    "verbose": (_Verbose, False),
}


@dataclass(frozen=True)
class GivenOptions:
    """The common options of a command line: the settings file, and settings by name."""

    config: Path | None = None
    flags: Mapping[str, str] = field(default_factory=dict)

    def with_(
        self,
        *,
        config: Path | None = None,
        assignments: list[str] | None = None,
        state_dir: str | None = None,
        log_format: str | None = None,
        quiet: bool = False,
        verbose: bool = False,
    ) -> "GivenOptions":
        """Add what stands behind the command's name, which overrides what stands before it."""
        if quiet and verbose:
            raise UsageError("--quiet and --verbose are mutually exclusive")
        given = [_assignment(text) for text in assignments or ()]
        _refuse_secrets(given)
        level = "error" if quiet else "debug" if verbose else None
        others = {"state_dir": state_dir, "log_format": log_format, "log_level": level}
        told = {name: value for name, value in others.items() if value is not None}
        return GivenOptions(config or self.config, {**self.flags, **dict(given), **told})


class CommandLine(typer.Typer):
    """A group of commands, each with our help page and, where it loads settings, with the common options."""

    def __init__(self, **how: Any) -> None:
        plain: dict[str, Any] = {
            "cls": HelpGroup,
            "rich_markup_mode": None,
            "no_args_is_help": True,
            "context_settings": _CONTEXT,
        }
        super().__init__(**(plain | how))

    def command(self, name: str | None = None, **how: Any) -> Callable[[Any], Any]:
        """Register a command."""
        options: dict[str, Any] = {"cls": HelpCommand, "context_settings": _CONTEXT}
        register = super().command(name, **(options | how))

        def decorated(function: Callable[..., Any]) -> Callable[..., Any]:
            register(common_options(function))
            return function

        return decorated


def common_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the common options to a function with a `context`, which gets them as one GivenOptions."""
    own = inspect.signature(function).parameters
    if "context" not in own:
        return function
    # An option of its own with that name is meant by it: `respond isolate --verbose`.
    added = {name: option for name, option in _OPTIONS.items() if name not in own}

    @functools.wraps(function)
    def command(**given: Any) -> Any:
        context = given["context"]
        common = {name: given.pop(name) for name in added}
        context.obj = (context.obj or GivenOptions()).with_(**common)
        return function(**given)

    more = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
        for name, (annotation, default) in added.items()
    ]
    every = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own.values()] + more
    command.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in every}
    return command


def _refuse_secrets(given: Sequence[tuple[str, str]]) -> None:
    """Refuse secrets also where a later assignment replaces them: all stand in the list of processes."""
    if not given:
        return
    from s1ecs.settings.exposed_secrets import exposes_secret, refusal

    for name, text in given:
        if exposes_secret(name, text):
            raise UsageError(refusal(name))


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        # Without the text: it may be a token.
        raise UsageError("--set: expected NAME=VALUE; run `s1ecs settings` to list the names")
    return name.strip().replace("-", "_"), value
