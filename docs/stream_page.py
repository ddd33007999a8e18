"""The generated page of a stream: requests, settings, views, an example document, exported fields."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from docs.asked import facts
from s1ecs.collect.strategies.choose import strategy_of
from s1ecs.ecs.envelope import Collector
from s1ecs.ecs.field_catalog import exported_fields
from s1ecs.ecs.layouts import moved
from s1ecs.ecs.mapper import original
from s1ecs.ecs.table import FieldTable
from s1ecs.records import record_from_line
from s1ecs.settings.setting import Level, Setting
from s1ecs.settings.table import TABLE, rows
from s1ecs.streams import Stream
from s1ecs.streams.redaction import redaction_of

CASES = Path(__file__).parent.parent / "tests" / "cases"

_FETCHED = "2026-01-31T12:00:00.000Z"
_COLLECTOR = Collector("1.0.0", "5f0a3a3c-6d2b-4d1e-9a55-3c1f0e6b7a90", "collector")


def stream_page(stream: Stream) -> str:
    """The page as Markdown."""
    lines = [
        f"# {stream.name}",
        "",
        f"{stream.what}. This page is generated from the table of the stream (`make docs`).",
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {_cell(text)} |" for name, text in facts(stream)),
        "",
        "## Settings",
        "",
        "Settings of this stream; see also [all settings](../settings.md).",
        "",
        "| setting | default | description |",
        "|---|---|---|",
        *(f"| `{row.name}` | {_cell(row.default_text)} | {_cell(row.help)} |" for row in settings_of(stream)),
        "",
        "## In the store",
        "",
        *_views(stream),
        "",
        *_example(stream),
        *exported_lines(stream.complete(1).table),
        *_layout_2(stream),
    ]
    return "\n".join(lines) + "\n"


def exported_lines(table: FieldTable) -> Iterator[str]:
    """The fields of a stream's documents."""
    yield from ("## Exported fields", "", "| field | type | description |", "|---|---|---|")
    for field in exported_fields(table):
        yield f"| {field.name} | {field.type} | {_cell(field.meaning)} |"


def _layout_2(stream: Stream) -> Iterator[str]:
    """The fields that differ in layout 2, and the identity where it does."""
    first, second = ({each.name: each for each in exported_fields(stream.complete(each).table)} for each in (1, 2))
    names = moved(stream.declared)
    gone = [name for name in first if name not in second]
    new = [name for name in second if name not in first and name not in {names.get(each) for each in gone}]
    yield from ("", "## Layout 2", "")
    ecs = f"`ecs.version` is {stream.in_layout(2).table.ecs_version}"
    if not gone and not new:
        yield f"With `layout: 2` the documents have the same fields; {ecs}."
        return
    yield f"With `layout: 2` the documents have these fields instead; {ecs}. All others are the same."
    yield from ("", "| layout 1 | layout 2 | type | description |", "|---|---|---|---|")
    for name in gone:
        now = names.get(name, "")
        shown = second.get(now, first[name])
        yield f"| {name} | {now} | {shown.type} | {_cell(shown.meaning)} |"
    for name in new:
        yield f"|  | {name} | {second[name].type} | {_cell(second[name].meaning)} |"


def document_lines(document: Mapping[str, Any]) -> Iterator[str]:
    """A document as an example."""
    text = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode()
    yield from ("```json", *text.splitlines(), "```", "")


def settings_of(stream: Stream) -> Iterator[Setting]:
    """The rows of the settings' table that change what this stream asks for or delivers."""
    ask = stream.ask
    names = {"page_size", "redact"}
    if strategy_of(ask).filters_by_time:
        names |= {"initial_interval", "overlap"}
    if any(row.kind == "geo" for row in stream.table.rows):
        names.add("geoip")
    if ask.reread and ask.reread.setting:
        names |= {ask.reread.setting, f"{ask.reread.setting}_interval"}
    for row in TABLE:
        own = row.name.startswith(f"{stream.name}_")
        of_each = Level.STREAM in row.level and row.name != "initial_interval"
        if own or of_each or row.name in names:
            yield row


def _views(stream: Stream) -> Iterator[str]:
    columns = ["time", *(column.name for column in stream.view), "console", "id", "document"]
    yield f"Columns of the view `{stream.name}`: {', '.join(f'`{name}`' for name in columns)}."
    thing = stream.ask.thing
    if thing:
        yield ""
        yield (
            f"The view `{stream.latest_view}` has the same columns and `gone`. It contains each entity, "
            f"identified by {', '.join(f'`{key}`' for key in thing)}, once in its latest state; `gone` is 1 if the "
            "last complete walk did not find it, else 0."
        )


def _example(stream: Stream) -> Iterator[str]:
    """The document of the first record at hand, as collecting makes it without settings."""
    files = sorted((CASES / stream.name).glob("*.input.ndjson"))
    if not files:
        return
    record = record_from_line(files[0].read_bytes().splitlines()[0])
    redaction = redaction_of(stream, rows(Level.TOP)["redact"].default)
    stripped = redaction.strip(record)
    mapped = stream.mapper().map(stripped.record)
    envelope = stream.envelope(collector=_COLLECTOR)
    envelope.seal(mapped, lambda: original(stripped.record), fetched=_FETCHED, now=_FETCHED)
    redaction.clean(mapped.document, stripped)
    yield from ("## Example document", "", f"Its `_id` is `{stream.mapper().identify(record)}`.", "")
    yield from document_lines(mapped.document)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
