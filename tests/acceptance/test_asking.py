"""Asking the store with the installed command: saved queries, parameters, one document, new documents as they come."""

import json
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from s1ecs.commands.query import query
from s1ecs.commands.querying.saved import saved_queries, values_for
from s1ecs.commands.querying.sql_words import names_of
from s1ecs.state.sqlite.database import FILE_NAME
from s1ecs.streams import STREAMS
from s1ecs.timestamps import time_text
from tests.stored import open_store, put

from .conftest import Commands, Start

Row = Mapping[str, Any]
SAVED = saved_queries(())


class Demo(NamedTuple):
    """Commands with a store that a stand-in console filled, and parameters that have no default."""

    commands: Commands
    needed: Mapping[str, str]


@pytest.fixture(scope="module")
def demo(start_standin: Start, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Collect a small console once, act on a host, and add what the stand-in does not do: a new token, an exclusion."""
    url = start_standin("--agents", "20", "--alerts", "200", "--seed", "7")
    commands = Commands(tmp_path_factory.mktemp("asking"), url)
    commands.environment |= {"S1ECS_ACTION_TOKEN": "actor"}
    # Without applications, which a console gives at three requests a second only.
    commands.ok("collect", *(STREAMS.keys() - {"application"}))
    [host] = commands.query("SELECT host FROM agent_latest WHERE is_active AND os LIKE 'Windows 1%' LIMIT 1")
    commands.ok("respond", "broadcast", host["host"], "A message", "--yes", "--no-wait")
    with open_store(commands.state) as connection:
        for number in (112, 3008):
            document = {
                "@timestamp": time_text(datetime.now(UTC)),
                "message": "Made by a test.",
                "sentinel_one": {"activity": {"type": number}},
            }
            put(connection, "activity", f"activity-{number}", document)
    [seen] = commands.query("SELECT sha256 FROM threat WHERE sha256 IS NOT NULL LIMIT 1")
    return Demo(commands, {"host": host["host"], "sha256": seen["sha256"]})


def in_order(rows: list[Row], column: str, *, up: bool = False) -> bool:
    """Tell whether rows are in the order of a column, the greatest first."""
    values = [row[column] for row in rows]
    return values == sorted(values, reverse=not up)


CHECKS: Mapping[str, Callable[[list[Row]], bool]] = {
    "loudest-rules": lambda rows: in_order(rows, "alerts") and all(row["hosts"] <= row["alerts"] for row in rows),
    "alerts-by-hour": lambda rows: all(
        row["alerts"] == row["critical"] + row["high"] + row["medium"] + row["low"] for row in rows
    ),
    "noisy-hosts": lambda rows: in_order(rows, "alerts") and all(row["host"] for row in rows),
    "open-threats": lambda rows: all(row["status"] != "resolved" and row["threat_id"] for row in rows),
    "open-unified-alerts": lambda rows: all(row["status"] != "RESOLVED" and row["alert"] for row in rows),
    "host-timeline": lambda rows: (
        in_order(rows, "time") and {"activity", "response_action"} <= {row["stream"] for row in rows}
    ),
    "hash-sightings": lambda rows: all(row["first"] <= row["last"] for row in rows),
    "infected-hosts": lambda rows: all(row["host"] and row["agent_id"] for row in rows),
    "outdated-agents": lambda rows: in_order(rows, "version", up=True),
    "silent-agents": lambda rows: in_order(rows, "last_active", up=True),
    "patch-first": lambda rows: in_order(rows, "severity") and rows[0]["severity"] == 99,
    "vulnerable-hosts": lambda rows: in_order(rows, "cves") and all(row["critical"] <= row["cves"] for row in rows),
    "failed-logins": lambda rows: all("failed to log in" in row["description"] for row in rows),
    "new-tokens": lambda rows: [row["description"] for row in rows] == ["Made by a test."],
    "policy-changes": lambda rows: any(row["description"] == "Made by a test." for row in rows) and len(rows) > 1,
    "response-actions": lambda rows: [row["action"] for row in rows] == ["broadcast"],
    "newest-per-stream": lambda rows: (
        {row["stream"] for row in rows} == {*STREAMS, "response_action"} - {"application"}
    ),
}


@pytest.mark.parametrize("name", SAVED)
def test_every_shipped_query_answers(demo: Demo, name: str) -> None:
    """Each finds rows that make sense in the store of a collected console, by columns of views alone."""
    saved = SAVED[name]
    values = values_for(saved, {name: value for name, value in demo.needed.items() if f":{name}" in saved.sql})
    found: list[Row] = []

    def take(columns: Any, rows: Any) -> None:
        found.extend(dict(zip(columns, row, strict=True)) for row in rows)

    query(demo.commands.state, saved.sql, take, values=values, now=datetime.now(UTC))
    assert found
    assert CHECKS[name](found), found
    assert not names_of(saved.sql) & {"document", "json_extract"}
    assert saved.description.endswith(".")


def test_there_is_a_dozen_of_them() -> None:
    """Every shipped query has a check above."""
    assert set(CHECKS) == set(SAVED)
    assert len(SAVED) >= 12


# Wrong calls: arguments, standard input, exit status, and what the one line says.
WRONG = (
    (("query", "SELECT hots FROM alert"), "", 2, "no such column: hots; did you mean host? columns of alert: time, "),
    (("query", "-f", "none.sql"), "", 2, "-f none.sql: No such file"),
    (("query", "SELECT :a", "-p", "b=1"), "", 2, "no parameter :b; it has :a"),
    (("query", "SELECT :a", "-p", "b"), "", 2, "-p: 'b' is not NAME=VALUE"),
    (("query", "SELECT ago('soon')"), "", 2, "ago: 'soon' is not a time"),
    (("query", "--saved", "loudest-rule"), "", 2, "did you mean loudest-rules? available: "),
    (("query",), "\n", 2, "standard input is empty"),
    (("query", "SELECT 1", "--json", "--ndjson"), "", 2, "--json and --ndjson are mutually exclusive"),
    (("tail", "alrt"), "", 2, "no stream named 'alrt'; did you mean alert? available: "),
    (("query", "SELECT :a", "-p", "a=\udcff"), "", 2, "-p: not UTF-8"),
    (("query", "SELECT '\udcff'"), "", 2, "query: not UTF-8"),
    (("show", "\udcff"), "", 2, "show: not UTF-8"),
    (("show", "nobody"), "", 1, "no document has the id 'nobody'; check the id"),
    (("show", "nobody", "--state-dir", "none"), "", 1, "no state at "),
    (("tail", "--state-dir", "none"), "", 1, "no state at "),
)


def test_bad_input_is_one_line(demo: Demo) -> None:
    """Whatever is wrong, one line says what, and what there is instead."""
    for arguments, piped, status, told in WRONG:
        result = demo.commands.run(*arguments, stdin=piped)
        assert result.returncode == status, arguments
        assert told in result.stderr, arguments
        assert result.stderr.count("\n") == 1, result.stderr
        assert result.stdout == ""


def test_statements_from_everywhere(demo: Demo) -> None:
    """A file, a pipe and a saved query of the settings are run, with parameters, in each form."""
    commands = demo.commands
    (commands.folder / "a.sql").write_text(
        "SELECT count(*) AS n FROM alert WHERE severity >= :least AND time > ago('30d')"
    )
    [row] = commands.query("SELECT count(*) AS n FROM alert WHERE severity >= 73")
    assert json.loads(commands.ok("query", "-f", "a.sql", "-p", "least=73", "--ndjson")) == row
    piped = commands.run("query", "--markdown", stdin="SELECT 1 AS one")
    assert piped.stdout == "| one |\n|---|\n| 1 |\n"
    (commands.folder / "own.yaml").write_text("queries: {mine: 'SELECT :a AS a'}\n")
    own = ("--config", "own.yaml")
    assert commands.ok("query", "--saved", "mine", "-p", "a=x", "--csv", *own) == "a\nx\n"
    listed = json.loads(commands.ok("query", "--saved", "--json", *own))
    assert [each["name"] for each in listed] == [*SAVED, "mine"]


def test_one_document(demo: Demo) -> None:
    """The id of an alert shows it; that of a host shows its agent, and the action on it."""
    [alert] = demo.commands.query("SELECT alert_id, id FROM alert LIMIT 1")
    assert json.loads(demo.commands.ok("show", alert["alert_id"], "--json"))["stream"] == "alert"
    assert f"id {alert['id']}\n" in demo.commands.ok("show", alert["id"])
    [agent] = demo.commands.query(f"SELECT agent_id FROM agent_latest WHERE host = '{demo.needed['host']}'")  # noqa: S608 - a host of the stand-in
    found = json.loads(demo.commands.ok("show", agent["agent_id"], "--json"))
    assert (found["stream"], [each["action"] for each in found["actions"]]) == ("agent", ["broadcast"])


def test_new_documents_as_they_come(demo: Demo) -> None:
    """`tail` prints the last ones, then each that comes, also after the store was compacted; Ctrl-C ends it quietly."""
    commands = demo.commands
    path = commands.state / FILE_NAME
    with commands.running("tail", "alert", "-n", "2", "--json") as process, open_store(commands.state) as connection:
        assert process.stdout is not None
        shown = [json.loads(process.stdout.readline()) for _ in range(2)]
        assert [each["stream"] for each in shown] == ["alert"] * 2
        for identity in ("new 1", "new 2"):
            put(connection, "alert", identity, {"rule": {"name": "A rule"}})
            assert json.loads(process.stdout.readline())["id"] == identity
            with closing(sqlite3.connect(path)) as other:
                other.execute("DELETE FROM documents WHERE rowid = 1")
                other.commit()
                other.execute("VACUUM")
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
        assert (output, errors, process.returncode) == ("", "", 130)


def test_the_pipe_of_tail_closes(demo: Demo) -> None:
    """When the reader of its pipe ends, so does `tail`, though no document comes."""
    script = 's1ecs tail -n 5 | head -n 1; echo "${PIPESTATUS[0]}"'
    environment = demo.commands.environment | {
        "PATH": f"{demo.commands.program.parent}:{demo.commands.environment['PATH']}"
    }
    result = subprocess.run(
        ["bash", "-c", script], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    line, status = result.stdout.splitlines()
    assert line
    assert (status, result.stderr) == ("141", "")


def test_views_of_the_store_are_those_of_the_streams(demo: Demo) -> None:
    """Alone, with nothing piped in, the command lists every view with its columns."""
    found = subprocess.run(
        [demo.commands.program, "query", "--json"],
        cwd=demo.commands.folder,
        env=demo.commands.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    listed = {each["view"]: each["columns"] for each in json.loads(found.stdout)}
    assert {*STREAMS, "agent_latest", "response_action"} <= set(listed)
    assert listed["alert"][:3] == ["time", "severity", "rule"]
