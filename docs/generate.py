"""Generate the pages of docs/ that come from tables; with --check report pages that are out of date."""

import sys
from collections.abc import Mapping
from pathlib import Path

from docs.architecture_page import architecture_page
from docs.dashboards_page import dashboards_page
from docs.own_stream_page import own_stream_page
from docs.saved_queries_page import saved_queries_page
from docs.stream_page import stream_page
from docs.troubleshooting_page import troubleshooting_page
from s1ecs.metrics.docs_page import metrics_page
from s1ecs.respond.docs_page import actions_page
from s1ecs.settings import settings_page
from s1ecs.streams import STREAMS, response_action

FOLDER = Path(__file__).parent


def pages() -> Mapping[Path, str]:
    """All generated pages by file."""
    streams = {FOLDER / "streams" / f"{stream.name}.md": stream_page(stream) for stream in STREAMS.values()}
    own = response_action.STREAM
    streams[FOLDER / "streams" / f"{own.name}.md"] = own_stream_page(own)
    return {
        FOLDER / "architecture.md": architecture_page(),
        FOLDER / "dashboards.md": dashboards_page(),
        FOLDER / "settings.md": settings_page(),
        FOLDER / "metrics.md": metrics_page(),
        FOLDER / "response-actions.md": actions_page(),
        FOLDER / "saved-queries.md": saved_queries_page(),
        FOLDER / "troubleshooting.md": troubleshooting_page(),
        **streams,
    }


def main() -> int:
    """Write the pages, or check them; 1 if a page is out of date."""
    made = pages()
    stale = [path for path, text in made.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv:
        for path in stale:
            sys.stderr.write(f"{path.relative_to(FOLDER.parent)} is out of date; run: make docs\n")
        return int(bool(stale))
    for path in stale:
        path.parent.mkdir(exist_ok=True)
        path.write_text(made[path], encoding="utf-8")
        sys.stdout.write(f"wrote {path.relative_to(FOLDER.parent)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
