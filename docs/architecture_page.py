"""The page docs/architecture.md: the rooms of the code and their imports, drawn from the import graph."""

import ast
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import grimp

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "s1ecs"

_HEAD = """\
# Architecture

s1ecs is one Python process: settings are loaded, objects are built from them, a scheduler polls the streams, and every
step of a poll goes one way: console, mapping, outputs, checkpoint. This page is generated from the code (`make docs`);
`make check` fails when it is out of date.

## Rooms

Each folder of `src/s1ecs/` is a room with one idea. A room imports only rooms below it; `import-linter` holds that, and
that nothing imports in a circle. `standin/`, the stand-in console, shares no code with the rest. From top to bottom:

"""

_PICTURE = """
The same rooms as a picture: a row imports the rooms that are marked. Every mark is right of the diagonal, because no
import points upwards.

"""

_WAYS = """
## The way of a record

```text
  s1ecs collect                                                                     cli/, commands/collect.py
    bootstrap/collector.py      settings become clients, outputs, checkpoints and one feed per stream and console
    collect/scheduler.py        polls every feed: once (collect) or at its interval (run)
    collect/poll.py             one poll: the live walk, failed items, the re-read where it is due
      collect/walks/            where the walk starts, and what to save when it ends
      collect/strategies/       the way of asking: pages by time, a window, an inventory, a call per item
        sentinelone/client.py   one request: token, TLS, rate limits, retries, response within bounds
        records.py              JSON to records, without loss
      collect/delivery/deliver.py   one step: deduplicate, redact, map, send to every output, commit
        ecs/mapper.py           record to ECS document, by a function compiled from the stream's table (ecs/codegen/)
        ecs/layouts.py          the table of one layout: rows say where they differ in layout 2
        ecs/document_id.py      `_id` by the rule of Elasticsearch's fingerprint processor
        collect/delivery/fan_out.py   the documents to each output that lacks them
          outputs/              store, files, Elasticsearch, OpenSearch, standard output; refusals become dead letters
        state/checkpoints.py    one commit: position, seen ids, entity states, marks and documents of the store
```

If anything fails before the commit, nothing is saved and the step is repeated. The `_id` makes the repetition harmless.

## The way of a setting

```text
  settings/model.py             name, type, default and help of every setting, declared once; what the program gets
    settings/layers.py          defaults < s1ecs.yaml < S1ECS_* < flags, each value with the place where it was written
    settings/resolve.py         text to value by its type; every fault is collected with file, line and key
    settings/load.py            the frozen settings, or every fault at once
    bootstrap/                  objects built from them; nothing below reads settings
  docs/settings.md, s1ecs settings, the help of flags: from settings/table.py, read off the models
```

## The way of a response action

```text
  s1ecs respond isolate WS-0018                                          cli/respond.py, commands/respond/act.py
    respond/actions/            the table: request, arguments, checks, how its end is recognized
    respond/plan/plan.py        reads only: finds the host, checks its state, builds the request exactly as it is sent
    commands/terminal/confirm.py    preview and confirmation
    respond/batches/            several targets: planned together, recorded as scheduled, each sent and followed
    respond/audit/journal.py    the request is recorded before it is sent
    respond/run/send.py         the request is sent once; a request that may have acted is never repeated
    respond/run/follow.py       the console is read until the action is final
      respond/trackers/         the meaning of what the console shows
    respond/files/              a fetched file: downloaded, checked, unpacked
    respond/audit/document.py   two documents of stream response_action for the outputs: requested, finished
```
"""


def architecture_page() -> str:
    """Build the page as Markdown."""
    rooms = [room for layer in _layers() for room in layer]
    table = "\n".join(["| room | purpose |", "|---|---|", *(f"| `{room}` | {_purpose(room)} |" for room in rooms)])
    return f"{_HEAD}{table}\n{_PICTURE}```text\n" + "\n".join(_picture(rooms)) + f"\n```\n{_WAYS}"


def _layers() -> Sequence[Sequence[str]]:
    """Read the layers that exist from the import rules, from top to bottom."""
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    [contract] = [rule for rule in rules if rule["type"] == "layers"]
    named = [[room.strip(" ()") for room in layer.split("|")] for layer in contract["layers"]]
    there = [[room for room in layer if _file_of(room).exists()] for layer in named]
    return [layer for layer in there if layer]


def _file_of(room: str) -> Path:
    package = SOURCE / room / "__init__.py"
    return package if package.exists() else SOURCE / f"{room}.py"


def _purpose(room: str) -> str:
    """First line of the room's docstring."""
    text = ast.get_docstring(ast.parse(_file_of(room).read_text(encoding="utf-8"))) or ""
    return text.splitlines()[0]


def _picture(rooms: Sequence[str]) -> Iterator[str]:
    """Draw which room imports which, one row per room, one column per room in the same order."""
    imports = _imports(rooms)
    width = max(map(len, rooms))
    yield " " * width + " " + "".join(f"{number:>3}" for number in range(1, len(rooms) + 1))
    for number, room in enumerate(rooms, 1):
        marks = ("  ■" if other == room else "  ●" if other in imports[room] else "  ·" for other in rooms)
        yield f"{room:<{width}} {''.join(marks)}  {number}"


def _imports(rooms: Sequence[str]) -> Mapping[str, frozenset[str]]:
    graph = grimp.build_graph("s1ecs", cache_dir=None)
    for room in rooms:
        if f"s1ecs.{room}" in graph.modules and graph.find_descendants(f"s1ecs.{room}"):
            graph.squash_module(f"s1ecs.{room}")
    return {
        room: frozenset(
            name.removeprefix("s1ecs.") for name in graph.find_modules_directly_imported_by(f"s1ecs.{room}")
        )
        for room in rooms
    }
