"""Writes the pages of docs/ that come from tables; with --check says which of them are out of date."""

import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from s1ecs.ecs.exported import exported_fields
from s1ecs.settings import settings_page, write_duration
from s1ecs.streams import STREAMS, Stream

FOLDER = Path(__file__).parent


def pages() -> Mapping[Path, str]:
    """Every generated page by its file."""
    streams = {FOLDER / "streams" / f"{stream.name}.md": stream_page(stream) for stream in STREAMS.values()}
    return {FOLDER / "settings.md": settings_page(), **streams}


def stream_page(stream: Stream) -> str:
    """A stream's page: what it is, how it is asked for, the columns of its view, its exported fields."""
    ask = stream.ask
    columns = ["time", *(column.name for column in stream.view), "console", "id", "document"]
    lines = [
        f"# {stream.name}",
        "",
        f"{stream.what}. This page is made by `make docs` from the stream's table.",
        "",
        "| | |",
        "|---|---|",
        f"| asked for at | GET `/web/api/v2.1{ask.path}`, `{ask.since}`, sorted by `{ask.sort}` |",
        f"| permission | {stream.permission} |",
        f"| interval | {write_duration(ask.interval)} |",
        f"| first poll | {_first_poll(ask.first_poll)} |",
        f"| largest page | {ask.page_size} |",
        f"| read again | {ask.reread.reason if ask.reread else 'no'} |",
        f"| `_id` | fingerprint over {', '.join(f'`{path}`' for path in stream.table.identity)} |",
        f"| ECS | {stream.table.ecs_version} |",
        "",
        f"Columns of the view `{stream.name}` in the store: {', '.join(f'`{name}`' for name in columns)}.",
        "",
        "## Exported fields",
        "",
        "| field | type | description |",
        "|---|---|---|",
        *(f"| {field.name} | {field.type} | {field.meaning} |" for field in exported_fields(stream.table)),
    ]
    return "\n".join(lines) + "\n"


def _first_poll(reach: timedelta | None) -> str:
    return "from the beginning" if reach is None else f"the last {write_duration(reach)}"


def main() -> int:
    """Write the pages, or check them; 1 if a page is out of date."""
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv:
        for path in stale:
            sys.stderr.write(f"{path.relative_to(FOLDER.parent)} is out of date: make docs\n")
        return int(bool(stale))
    for path in stale:
        path.parent.mkdir(exist_ok=True)
        path.write_text(pages()[path], encoding="utf-8")
        sys.stdout.write(f"wrote {path.relative_to(FOLDER.parent)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
