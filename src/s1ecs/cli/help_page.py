"""Help as gh and restic print it: plain text, commands by group, examples in lines that can be copied whole."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from s1ecs.commands.terminal.writer import OUT

# Commands by what one wants to do, in the order of the help.
GROUPS: Mapping[str, Sequence[str]] = {
    "Set up": ("init", "check", "settings", "setup", "migrate", "consoles"),
    "Collect": ("collect", "run", "worker", "backfill", "reconcile"),
    "Monitor": ("status", "streams", "dead-letters", "store", "cluster"),
    "Use the data": ("query", "search", "show", "tail", "export", "fields", "transform"),
    "Web page": ("serve", "web-user"),
    "Respond": ("respond",),
    "Try": ("standin",),
}

OPTIONS = "Options"
COMMON_OPTIONS = "Common options"

_EXAMPLE = "Example: "


class _HelpPage:
    """The parts of a help page that commands and groups share."""

    def format_help_text(self: Any, ctx: Any, formatter: Any) -> None:
        """Write what the command does, without its examples."""
        paragraphs = [each for each in _paragraphs(self.help) if not each.startswith(_EXAMPLE)]
        for paragraph in paragraphs:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(" ".join(paragraph.split()))

    def format_epilog(self: Any, ctx: Any, formatter: Any) -> None:
        """Write the examples, each whole on its line, so that it can be copied."""
        examples = [each.removeprefix(_EXAMPLE) for each in _paragraphs(self.help) if each.startswith(_EXAMPLE)]
        if examples:
            with formatter.section("Example" if len(examples) == 1 else "Examples"):
                for example in examples:
                    formatter.write(f"{' ' * formatter.current_indent}{' '.join(example.split())}\n")

    def write_options(self: Any, ctx: Any, formatter: Any) -> None:
        """Write arguments and options, those that most commands have last."""
        sections: dict[str, list[tuple[str, str]]] = {"Arguments": [], OPTIONS: [], COMMON_OPTIONS: []}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is None:
                continue
            name, text = record
            if parameter.param_type_name == "argument":
                sections["Arguments"].append((parameter.display_name_raw, text))
            else:
                sections[getattr(parameter, "rich_help_panel", None) or OPTIONS].append((name, text))
        for title, records in sections.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


class HelpCommand(_HelpPage, TyperCommand):
    """A command with our help page."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments and options."""
        self.write_options(ctx, formatter)


class HelpGroup(_HelpPage, TyperGroup):
    """A group of commands with our help page; `help COMMAND` is `COMMAND --help`."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the commands, and then the options."""
        self.format_commands(ctx, formatter)
        self.write_options(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands by group; those of no group, as all below the first level, in a section of their own."""
        left = {name: command for name, command in self.commands.items() if not command.hidden}
        grouped = [(title, [(name, left.pop(name)) for name in names if name in left]) for title, names in _known(self)]
        for title, commands in (*grouped, ("Commands", [*left.items()])):
            if commands:
                with formatter.section(title):
                    formatter.write_dl([(name, command.get_short_help_str(limit=200)) for name, command in commands])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Look a command up; `help` alone is the help of this group."""
        if args[0] != "help" or "help" in self.commands:
            return super().resolve_command(ctx, args)
        if ctx.resilient_parsing:
            # What can be completed behind `help` is what can be completed without it.
            return "help", self, args[1:]
        if not args[1:]:
            OUT.write(f"{ctx.get_help()}\n")
            raise typer.Exit
        name, command, rest = super().resolve_command(ctx, args[1:])
        return name, command, [*rest, "--help"]


def _known(group: HelpGroup) -> list[tuple[str, Sequence[str]]]:
    """The groups of the first level; commands of a command have none."""
    return [*GROUPS.items()] if "collect" in group.commands else []


def _paragraphs(text: str | None) -> list[str]:
    return [each.strip() for each in textwrap.dedent(text or "").split("\n\n") if each.strip()]
