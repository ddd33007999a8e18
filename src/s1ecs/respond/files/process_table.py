"""The processes in a script's result: from JSON, CSV or a table as `ps` prints it; else the text as it is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal

from s1ecs.respond.files.manifest import MANIFEST
from s1ecs.respond.files.process_formats import COLUMNS, TextTable, csv_tables, folded, json_tables, ps_tables

Form = Literal["JSON", "CSV", "ps", "text"]

MOST_ROWS = 50_000
LONGEST_TEXT = 1_000_000

# Whatever a script writes there, no system has longer ones.
_MOST_DIGITS = 20


@dataclass(frozen=True)
class ProcessRow:
    """A process of a host; all but `pid` as the script wrote it, "" where it did not.

    So `cpu` and `memory` are most often percent, and `started` is by the host's clock.
    """

    pid: int
    name: str
    user: str
    command: str
    cpu: str
    memory: str
    started: str


@dataclass(frozen=True)
class ProcessTable:
    """Parsed result of a script. With form `text` there are no rows, and the text is all there is.

    `source` is the member that it stands in, `errors` the script's standard error, `cut` whether rows or text are not
    all, or may not be: then quotes or line breaks in a value made it unclear where rows end.
    """

    form: Form
    rows: tuple[ProcessRow, ...]
    text: str
    source: str
    errors: str = ""
    cut: bool = False


ReadTables = Callable[[str], Iterator[TextTable]]
_FORMS: tuple[tuple[Form, ReadTables], ...] = (("JSON", json_tables), ("CSV", csv_tables), ("ps", ps_tables))


def process_table(members: Mapping[str, bytes]) -> ProcessTable:
    """The process list in the files of a script's result (name -> content), from whichever of them has one.

    Files whose names begin with `stdout` and `stderr` are the script's streams; its own files are looked at first.
    """
    texts = {name: _decoded(content) for name, content in members.items() if _base(name) != MANIFEST}
    errors = "\n".join(text for name, text in texts.items() if _is_stream(name, "stderr"))[:LONGEST_TEXT]
    own = [name for name in texts if not (_is_stream(name, "stdout") or _is_stream(name, "stderr"))]
    streams = [name for name in texts if _is_stream(name, "stdout")]
    for name in (*own, *streams):
        for form, read in _FORMS:
            for table in read(texts[name]):
                rows, cut = _understood(table)
                if rows:
                    return ProcessTable(form, rows, "", name, errors, cut)
    for name in (*streams, *own):
        if text := texts[name]:
            return ProcessTable("text", (), text[:LONGEST_TEXT], name, errors, len(text) > LONGEST_TEXT)
    return ProcessTable("text", (), "", "", errors)


def _understood(table: TextTable) -> tuple[tuple[ProcessRow, ...], bool]:
    """The rows that are processes, and whether there may be more; none where most rows are something else."""
    found: list[ProcessRow] = []
    others = 0
    for raw in table.rows:
        if len(found) == MOST_ROWS:
            return tuple(found), True
        process = _process(raw)
        if process is None:
            others += 1
        else:
            found.append(process)
        if others > len(found) + 100:
            return (), False
    return (tuple(found), not table.whole) if found and others <= len(found) else ((), False)


def _process(raw: Mapping[str, Any]) -> ProcessRow | None:
    by_name = {folded(key): value for key, value in raw.items()}
    values = {column: _first(by_name, names) for column, names in COLUMNS.items()}
    if not values["pid"].isdecimal() or not values["pid"].isascii() or len(values["pid"]) > _MOST_DIGITS:
        return None
    command = values["command"] or values["name"]
    if not command:
        return None
    name = values["name"] or _name_of(command)
    return ProcessRow(
        int(values["pid"]), name, values["user"], command, values["cpu"], values["memory"], values["started"]
    )


def _first(by_name: Mapping[str, Any], names: Sequence[str]) -> str:
    for name in names:
        value = by_name.get(name)
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            value = " ".join(value)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return ""


def _name_of(command: str) -> str:
    first = command.split(maxsplit=1)[0]
    # A thread of the kernel, as ps writes it: [kworker/0:1]
    return first if first.startswith("[") else PurePosixPath(first).name or first


def _is_stream(name: str, stream: str) -> bool:
    return _base(name).startswith(stream)


def _base(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).name.lower()


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    return content.decode("utf-8-sig", "replace")
