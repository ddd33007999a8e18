"""Every setting with its value, where it came from, its default and what it is for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from s1ecs.settings.model import Console, Output, Settings
from s1ecs.settings.output_types import OUTPUT_TYPES
from s1ecs.settings.table import OWN, Level, Setting, rows
from s1ecs.settings.values import DEFAULT_PLACE


@dataclass(frozen=True)
class Row:
    """One line of `s1ecs settings`; secrets are `***` already."""

    name: str
    value: str
    source: str
    default: str
    help: str


def show(settings: Settings) -> list[Row]:
    """Give a row for every setting: the top level first, then each console with what it inherits."""
    shown = [*_top(settings)]
    for console in settings.consoles:
        shown.extend(_console(settings, console))
    return shown


def _top(settings: Settings) -> Iterator[Row]:
    for name, row in rows(Level.TOP).items():
        # Where consoles are set these stand below, by console.
        if name in {*OWN, "consoles", "streams"}:
            if not settings.consoles:
                yield _row(name, row, None, DEFAULT_PLACE)
        elif name == "outputs":
            source = settings.origins.get(name, DEFAULT_PLACE)
            value = ", ".join(map(_output, settings.outputs))
            yield Row(name, value, source, row.default_text, row.help)
        else:
            yield _row(name, row, getattr(settings, name), settings.origins.get(name, DEFAULT_PLACE))


def _output(output: Output) -> str:
    """An output's type with what is set of its own settings."""
    [own] = [each.settings for each in OUTPUT_TYPES if each.name == output.type]
    given = [(row, output.values.get(row.name)) for row in own]
    told = ", ".join(f"{row.name} {row.write(value)}" for row, value in given if value not in {None, row.default})
    return f"{output.type} ({told})" if told else output.type


def _console(settings: Settings, console: Console) -> Iterator[Row]:
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
            yield Row(path, value, written[-1] if written else DEFAULT_PLACE, row.default_text, row.help)
            yield from _streams(settings, console, path)
        else:
            yield _row(path, row, getattr(console, name), settings.origins.get(path, DEFAULT_PLACE))


def _streams(settings: Settings, console: Console, prefix: str) -> Iterator[Row]:
    """Only what differs from the top level: nine streams times three rows would hide it."""
    for stream, values in console.streams.items():
        for name, row in rows(Level.STREAM).items():
            path = f"{prefix}.{stream}.{name}"
            source = settings.origins.get(path, DEFAULT_PLACE)
            if name != "enabled" and source != settings.origins.get(name, DEFAULT_PLACE):
                yield _row(path, row, getattr(values, name), source)


def _row(path: str, row: Setting, value: Any, source: str) -> Row:
    return Row(path, row.write(value), source, row.default_text, row.help)
