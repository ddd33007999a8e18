"""`s1ecs query` over a store: functions, parameters, forms, names that were meant, sources of the statement."""

import io
import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from s1ecs.commands.query import query
from s1ecs.commands.query_request import Form, QueryRequest, run_request
from s1ecs.errors import StateError, UsageError
from s1ecs.settings import Settings, load
from tests.stored import open_store, put

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A state folder with three alerts, an hour apart; the last is a minute old."""
    with open_store(tmp_path) as connection:
        for hour, severity in ((9, 21), (10, 73), (11, 99)):
            document = {
                "@timestamp": f"2026-01-31T{hour:02}:59:00.000Z",
                "event": {"severity": severity},
                "host": {"name": f"ws-{hour}"},
            }
            put(connection, "alert", f"id-{hour}", document)
    return tmp_path


@pytest.fixture
def settings(folder: Path) -> Settings:
    """Settings with a saved query."""
    (folder / "s1ecs.yaml").write_text(
        "state_dir: .\n"
        "queries:\n"
        "  mine: SELECT host FROM alert WHERE severity >= :least ORDER BY host\n"
        "  loudest-rules: {sql: 'SELECT :since AS since', description: My own., parameters: {since: 5}}\n"
    )
    return load(file=None, environment={}, flags={}, streams=["alert"], working_folder=folder)


class Terminal(io.StringIO):
    """Standard output that says it is a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


@pytest.fixture(autouse=True)
def nothing_piped(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Standard input is no pipe."""
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        yield


def asked(settings: Settings, capsys: pytest.CaptureFixture[str], sql: str | None, *given: str, **more: Any) -> str:
    """What a call prints."""
    run_request(settings, QueryRequest(sql, parameters=given, **more), NOW)
    return capsys.readouterr().out


def rows(folder: Path, sql: str, **values: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement."""
    found: list[Any] = []
    query(folder, sql, lambda _, every: found.extend(every), values=values, now=NOW)
    return found


def test_times_compare_with_documents(folder: Path) -> None:
    """now() and ago() have the form of the column time, so that a document of that very moment is found."""
    assert rows(folder, "SELECT now(), ago('1h'), ago('-1m'), ago(NULL)") == [
        ("2026-01-31T12:00:00.000Z", "2026-01-31T11:00:00.000Z", "2026-01-31T11:59:00.000Z", None)
    ]
    assert rows(folder, "SELECT host FROM alert WHERE time > ago('1h')") == [("ws-11",)]
    assert rows(folder, "SELECT host FROM alert WHERE time = ago('1m')") == [("ws-11",)]
    assert rows(folder, "SELECT count(*) FROM alert WHERE time > ago(:since)", since="2026-01-31T10:00:00Z") == [(2,)]


def test_a_comparison_with_a_time_uses_the_index(folder: Path) -> None:
    """`time > ago('1h')` reads no document of another time."""
    [plan] = rows(folder, "EXPLAIN QUERY PLAN SELECT id FROM documents WHERE stream = 'alert' AND time > ago('1h')")
    assert "time>?" in plan[3]


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT ago('soon')", "query: ago: 'soon' is not a time; expected a time such as"),
        ("SELECT hots FROM alert", "no such column: hots; did you mean host? columns of alert: time, severity, rule, "),
        ("SELECT a.hots FROM alert a", "no such column: a.hots; did you mean host? columns of alert: "),
        ("SELECT nothing_like_it FROM alert", "no such column: nothing_like_it; columns of alert: "),
        ('SELECT hots FROM "group"', 'columns of "group": time, name, '),
        ("SELECT nme FROM documents", "columns of documents: id, stream, console, time, document"),
        ("SELECT hots", "no such column: hots; views: activity, agent, "),
        ("SELECT * FROM alrt", "no such table: alrt; did you mean alert? views: activity, "),
        ("SELECT * FROM groups", 'no such table: groups; did you mean "group"? views: '),
        ("SELECT * FROM main.threats", "no such table: main.threats; did you mean threat? views: "),
        ("SELECT * FROM group", 'near "group": syntax error; views: activity, '),
        ("DELETE FROM documents", "only read-only statements are allowed; views: "),
        ("", "the statement returns no rows; write a SELECT; views: "),
    ],
)
def test_wrong_statements(folder: Path, sql: str, told: str) -> None:
    """A wrong name is told with the nearest one and those that there are, in one line."""
    with pytest.raises(UsageError) as refused:
        rows(folder, sql)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_forms(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """NDJSON is an object a line, Markdown a table in which nothing is taken for markup."""
    sql = "SELECT host, severity FROM alert ORDER BY host"
    lines = asked(settings, capsys, sql, form="ndjson").splitlines()
    assert [json.loads(line) for line in lines][1] == {"host": "ws-11", "severity": 99}
    assert asked(settings, capsys, sql, form="markdown").splitlines()[:3] == [
        "| host | severity |",
        "|---|---|",
        "| ws-10 | 73 |",
    ]
    evil = asked(settings, capsys, "SELECT :a AS a_b", "a=<b>|*x* _y_ [z](u) `c`\n\\", form="markdown")
    assert evil.splitlines()[0] == "| a_b |"
    assert evil.splitlines()[2] == r"| \<b\>\|\*x\* \_y\_ \[z\](u) \`c\`\\n\\ |"


@pytest.mark.parametrize(("form", "left_out"), [("table", True), ("markdown", True), ("json", False), ("csv", False)])
def test_document_is_left_out_of_tables(
    settings: Settings, capsys: pytest.CaptureFixture[str], form: Form, *, left_out: bool
) -> None:
    """`SELECT *` prints no document in a table; programs get it, and so does who names it."""
    assert ("@timestamp" not in asked(settings, capsys, "SELECT * FROM alert", form=form)) is left_out
    assert "@timestamp" in asked(settings, capsys, "SELECT time, document FROM alert", form=form)


def test_a_terminal_says_what_is_left_out(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal a line names the column that is not shown, and rows that don't fit become records that do."""
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    monkeypatch.setenv("COLUMNS", "60")
    asked(settings, capsys, "SELECT * FROM alert")
    text = terminal.getvalue()
    assert text.startswith("-[ 1 ]-")
    assert "not shown: document; name it in the statement" in text
    assert max(map(len, text.splitlines())) <= 60


def test_alone_it_lists_the_views(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a statement, and nothing piped in, every view is listed with its columns."""
    found = asked(settings, capsys, None)
    assert '"group"' in found
    assert "time, severity, rule, host, " in found
    [alert] = [each for each in json.loads(asked(settings, capsys, None, form="json")) if each["view"] == "alert"]
    assert alert["columns"][:3] == ["time", "severity", "rule"]
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    monkeypatch.setenv("COLUMNS", "80")
    asked(settings, capsys, None)
    assert max(map(len, terminal.getvalue().splitlines())) <= 80
    with pytest.raises(UsageError, match="-p requires a statement"):
        asked(settings, capsys, None, "a=1")


def test_statement_of_a_file(settings: Settings, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """-f reads a statement, with a byte order mark and comments; what can't be one is refused in one line."""
    path = folder / "a.sql"
    path.write_bytes(b"\xef\xbb\xbf-- the hosts\nSELECT count(*) AS n FROM alert WHERE severity > :least\n")
    assert asked(settings, capsys, None, "least=50", file=str(path), form="ndjson") == '{"n":2}\n'
    (folder / "empty.sql").touch()
    (folder / "binary.sql").write_bytes(b"\xff\xfe")
    (folder / "large.sql").write_bytes(b" " * 1_000_001)
    for name, told in (
        ("none.sql", "No such file"),
        ("", "Is a directory"),
        ("empty.sql", "is empty"),
        ("binary.sql", "not UTF-8"),
        ("large.sql", "larger than 1 MB"),
    ):
        with pytest.raises(UsageError, match=told):
            asked(settings, capsys, None, file=str(folder / name))
    with pytest.raises(UsageError, match="mutually exclusive"):
        asked(settings, capsys, "SELECT 1", file=str(path))


@pytest.mark.parametrize("arguments", [{"sql": None}, {"sql": "-"}, {"sql": None, "file": "-"}])
def test_statement_of_standard_input(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: dict[str, Any]
) -> None:
    """A statement that is piped in is run, also where `-` asks for it; an empty pipe is refused."""
    for text in ("SELECT 5 AS five\n", "\n"):
        reading, writing = os.pipe()
        os.write(writing, text.encode())
        os.close(writing)
        with open(reading) as piped:  # noqa: PTH123 - a descriptor
            monkeypatch.setattr(sys, "stdin", piped)
            if text.strip():
                run_request(settings, QueryRequest(**arguments, form="ndjson"), NOW)
                assert capsys.readouterr().out == '{"five":5}\n'
            else:
                with pytest.raises(UsageError, match="standard input is empty"):
                    run_request(settings, QueryRequest(**arguments), NOW)


def test_saved_queries_of_the_settings(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """One's own queries are listed and run with the shipped ones, and replace those of the same name."""
    listed = {each["name"]: each for each in json.loads(asked(settings, capsys, None, saved=True, form="json"))}
    assert listed["mine"]["parameters"] == "least"
    assert listed["loudest-rules"]["description"] == "My own."
    assert "open-threats" in asked(settings, capsys, None, saved=True)
    assert asked(settings, capsys, "mine", "least=73", saved=True, form="ndjson").count("\n") == 2
    assert asked(settings, capsys, "loudest-rules", saved=True, form="ndjson") == '{"since":5}\n'
    assert asked(settings, capsys, "loudest-rules", "since=7d", saved=True, form="ndjson") == '{"since":"7d"}\n'


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("loudest_rule", (), "no saved query 'loudest_rule'; did you mean loudest-rules? available: "),
        ("xyz", (), "no saved query 'xyz'; available: loudest-rules, "),
        ("mine", (), "no value for :least; add -p least=VALUE"),
        ("mine", ("last=1",), "no parameter :last; did you mean least? it has :least"),
        (None, ("least=1",), "-p requires the name of a saved query"),
    ],
)
def test_wrong_saved_queries(
    settings: Settings, capsys: pytest.CaptureFixture[str], name: str | None, given: tuple[str, ...], told: str
) -> None:
    """An unknown name, and parameters that don't fit, are refused with those that do."""
    with pytest.raises(UsageError) as refused:
        asked(settings, capsys, name, *given, saved=True)
    assert told in str(refused.value)


def test_without_a_state(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing was collected, a query says so."""
    empty = load(file=None, environment={}, flags={"state_dir": "none"}, streams=["alert"], working_folder=tmp_path)
    for sql in (None, "SELECT 1"):
        with pytest.raises(StateError, match=r"no state at .*collect first"):
            asked(empty, capsys, sql)
