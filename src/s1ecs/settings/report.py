"""Every setting with its value, where it came from, its default and what it is for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from s1ecs.settings.console_settings import ConsoleSettings
from s1ecs.settings.model import OutputSettings, Settings
from s1ecs.settings.output_types import OUTPUT_TYPES
from s1ecs.settings.resolve import DEFAULT_PLACE
from s1ecs.settings.setting import Level, Setting
from s1ecs.settings.table import OWN, rows


@dataclass(frozen=True)
class SettingRow:
    """One line of `s1ecs settings`; secrets are `***` already.

    `plain` and `plain_default` are the same values for programs: numbers, booleans and lists as such, None where
    nothing is set.
    """

    name: str
    value: str
    source: str
    default: str
    help: str
    plain: Any = None
    plain_default: Any = None

    @property
    def changed(self) -> bool:
        """True if the value was set somewhere."""
        return self.source != DEFAULT_PLACE


def show(settings: Settings) -> list[SettingRow]:
    """Give a row for every setting: the top level first, then each console with what it inherits."""
    shown = [*_top(settings)]
    for console in settings.consoles:
        shown.extend(_console(settings, console))
    return shown


def _top(settings: Settings) -> Iterator[SettingRow]:
    for name, row in rows(Level.TOP).items():
        # Where consoles are set these stand below, by console.
        if name in {*OWN, "consoles", "streams"}:
            if not settings.consoles:
                yield _row(name, row, None, DEFAULT_PLACE)
        elif name == "outputs":
            source = settings.origins.get(name, DEFAULT_PLACE)
            value = ", ".join(map(_output, settings.outputs))
            outputs = [_output(output) for output in settings.outputs]
            yield SettingRow(name, value, source, row.default_text, row.help, outputs, [row.default_text])
        elif name == "queries":
            names = [query.name for query in settings.queries]
            source = settings.origins.get(name, DEFAULT_PLACE)
            yield SettingRow(name, ", ".join(names) or row.default_text, source, row.default_text, row.help, names, [])
        else:
            yield _row(name, row, getattr(settings, name), settings.origins.get(name, DEFAULT_PLACE))


def _output(output: OutputSettings) -> str:
    """An output's type with what is set of its own settings."""
    [own] = [each.settings for each in OUTPUT_TYPES if each.name == output.type]
    given = [(row, output.values.get(row.name)) for row in own]
    told = ", ".join(f"{row.name} {row.write(value)}" for row, value in given if value not in {None, row.default})
    return f"{output.type} ({told})" if told else output.type


def _console(settings: Settings, console: ConsoleSettings) -> Iterator[SettingRow]:
    prefix = f"consoles.{console.name}"
    for name, row in rows(Level.CONSOLE).items():
        if name == "name":
            continue
        path = f"{prefix}.{name}"
        if name == "streams":
            enabled = settings.enabled(console)
            value = "all" if len(enabled) == len(console.streams) else ", ".join(enabled) or "none"
            places = [settings.origins.get(f"{path}.{stream}.enabled", DEFAULT_PLACE) for stream in console.streams]
            written = [place for place in places if place != DEFAULT_PLACE]
            source = written[-1] if written else DEFAULT_PLACE
            yield SettingRow(path, value, source, row.default_text, row.help, [*enabled], [*console.streams])
            yield from _streams(settings, console, path)
        else:
            yield _row(path, row, getattr(console, name), settings.origins.get(path, DEFAULT_PLACE))


def _streams(settings: Settings, console: ConsoleSettings, prefix: str) -> Iterator[SettingRow]:
    """Only what differs from the top level: nine streams times three rows would hide it."""
    for stream, values in console.streams.items():
        for name, row in rows(Level.STREAM).items():
            path = f"{prefix}.{stream}.{name}"
            source = settings.origins.get(path, DEFAULT_PLACE)
            if name != "enabled" and source != settings.origins.get(name, DEFAULT_PLACE):
                yield _row(path, row, getattr(values, name), source)


def _row(path: str, row: Setting, value: Any, source: str) -> SettingRow:
    plain, default = _plain(row, value), _plain(row, row.default)
    return SettingRow(path, row.write(value), source, row.default_text, row.help, plain, default)


def _plain(row: Setting, value: Any) -> Any:
    """A value as JSON has it; durations, sizes and paths as they are written in the file."""
    if value is None or isinstance(value, bool | float):
        return value
    if row.kind.many:
        return [*map(str, value)]
    written = row.write(value)
    return value if isinstance(value, int) and str(value) == written else written
