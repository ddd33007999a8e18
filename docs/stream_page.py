"""A stream's page: what it is, how it is asked for, settings, views, an example document, exported fields."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from docs.asked import facts
from s1ecs.collect.redact import Redaction
from s1ecs.ecs.envelope import Collector
from s1ecs.ecs.exported import exported_fields
from s1ecs.ecs.mapper import original
from s1ecs.ecs.table import Table
from s1ecs.records import record_from_line
from s1ecs.settings.table import TABLE, Level, Setting, rows
from s1ecs.streams import Stream
from s1ecs.streams.asking import ByTime, Inventory

CASES = Path(__file__).parent.parent / "tests" / "cases"

_FETCHED = "2026-01-31T12:00:00.000Z"
_COLLECTOR = Collector("1.0.0", "5f0a3a3c-6d2b-4d1e-9a55-3c1f0e6b7a90", "collector")


def stream_page(stream: Stream) -> str:
    """The page as Markdown."""
    lines = [
        f"# {stream.name}",
        "",
        f"{stream.what}. This page is made by `make docs` from the stream's table.",
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {_cell(text)} |" for name, text in facts(stream)),
        "",
        "## Settings",
        "",
        "Those that concern this stream; [all settings](../settings.md).",
        "",
        "| setting | default | meaning |",
        "|---|---|---|",
        *(f"| `{row.name}` | {_cell(row.default_text)} | {_cell(row.help)} |" for row in settings_of(stream)),
        "",
        "## In the store",
        "",
        *_views(stream),
        "",
        *_example(stream),
        *exported_lines(stream.table),
    ]
    return "\n".join(lines) + "\n"


def exported_lines(table: Table) -> Iterator[str]:
    """The fields of a stream's documents."""
    yield from ("## Exported fields", "", "| field | type | description |", "|---|---|---|")
    for field in exported_fields(table):
        yield f"| {field.name} | {field.type} | {_cell(field.meaning)} |"


def document_lines(document: Mapping[str, Any]) -> Iterator[str]:
    """A document as an example."""
    text = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode()
    yield from ("```json", *text.splitlines(), "```", "")


def settings_of(stream: Stream) -> Iterator[Setting]:
    """The rows of the settings' table that change what this stream asks for or delivers."""
    ask = stream.ask
    names = {"page_size", "redact"}
    if not isinstance(ask, Inventory):
        names |= {"initial_interval", "overlap"}
    if any(row.kind == "geo" for row in stream.table.rows):
        names.add("geoip")
    if isinstance(ask, ByTime) and ask.reread and ask.reread.setting:
        names |= {ask.reread.setting, f"{ask.reread.setting}_interval"}
    for row in TABLE:
        own = row.name.startswith(f"{stream.name}_")
        of_each = Level.STREAM in row.level and row.name != "initial_interval"
        if own or of_each or row.name in names:
            yield row


def _views(stream: Stream) -> Iterator[str]:
    columns = ["time", *(column.name for column in stream.view), "console", "id", "document"]
    yield f"Columns of the view `{stream.name}`: {', '.join(f'`{name}`' for name in columns)}."
    thing = () if not stream.latest_view else getattr(stream.ask, "thing", ())
    if thing:
        yield ""
        yield (
            f"The view `{stream.latest_view}` has the same columns and `gone`. Each thing, named by "
            f"{', '.join(f'`{key}`' for key in thing)}, stands in it once, in its latest state; `gone` is 1 when the "
            "last complete walk did not see it, else 0."
        )


def _example(stream: Stream) -> Iterator[str]:
    """The document of the first record at hand, as collecting makes it without settings."""
    files = sorted((CASES / stream.name).glob("*.input.ndjson"))
    if not files:
        return
    record = record_from_line(files[0].read_bytes().splitlines()[0])
    redaction = Redaction(stream.table, rows(Level.TOP)["redact"].default)
    stripped = redaction.strip(record)
    mapped = stream.mapper().map(stripped.record)
    envelope = stream.envelope(collector=_COLLECTOR)
    envelope.seal(mapped, lambda: original(stripped.record), fetched=_FETCHED, now=_FETCHED)
    redaction.clean(mapped.document, stripped)
    yield from ("## An example document", "", f"Its `_id` is `{stream.mapper().identify(record)}`.", "")
    yield from document_lines(mapped.document)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
