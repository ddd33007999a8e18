"""Full-text search: questions as people write them, and what they find."""

import re
import sqlite3

import pytest

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.errors import UsageError
from s1ecs.outputs.output import Batch
from s1ecs.outputs.store import insert
from s1ecs.outputs.store.rows import row_writer
from s1ecs.outputs.store.search import MOST_RANKED, SearchRange, search
from s1ecs.outputs.store.search_terms import match_expression


def alert(
    connection: sqlite3.Connection, identity: str, *, time: str = "2026-01-31T12:00:00.000Z", **words: str
) -> None:
    """Store an alert with a command line, a rule and a host."""
    document = {
        "@timestamp": time,
        "process": {"command_line": words.get("command")},
        "rule": {"name": words.get("rule"), "description": words.get("description")},
        "related": {"hosts": [words.get("host", "WS-0001")]},
    }
    insert(
        connection, Batch("default", "default", "alert", [(identity, document)]), row_writer(store_tables()["alert"])
    )


def found(connection: sqlite3.Connection, question: str, within: SearchRange | None = None, **how: bool) -> list[str]:
    """The ids that a question finds, in their order."""
    expression = match_expression(question)
    hits = search(connection, [*store_tables().values()], expression, within or SearchRange(), limit=10, **how)
    return [hit.id for hit in hits]


@pytest.fixture
def alerts(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Some alerts that differ in one thing each."""
    alert(connection, "encoded", command="powershell.exe -NoP -EncodedCommand aQBlAHgA", rule="Encoded PowerShell")
    alert(connection, "plain", command="powershell.exe -File backup.ps1", rule="Backup")
    alert(connection, "path", command=r"C:\\Windows\\System32\\rundll32.exe shell32.dll,Control_RunDLL", host="SRV-7")
    alert(connection, "described", description="A harmless script of the backup", time="2026-01-01T00:00:00.000Z")
    return connection


QUESTIONS = {
    "powershell encodedcommand": {"encoded"},
    "powershell -EncodedCommand": {"encoded"},
    "powershell NOT encodedcommand": {"plain"},
    "rundll32 OR encodedcommand": {"path", "encoded"},
    '"file backup"': {"plain"},
    '"backup file"': set(),
    "host:srv-7": {"path"},
    "host:SRV*": {"path"},
    'host:"srv-7" rundll32': {"path"},
    "host:powershell": set(),
    "name:backup": {"plain"},
    "backup": {"plain", "described"},
    "back*": {"plain", "described"},
    '"harmless scr"*': {"described"},
    r"C:\\Windows\\System32": {"path"},
    "powershell AND backup": {"plain"},
    "it's": set(),
    "power' OR 1=1 --": set(),
    "cmd:encodedcommand": {"encoded"},
    'cmd:"file backup"': {"plain"},
    "rule:backup": {"plain"},
    "https://console": set(),
    '"localhost:8080"': set(),
}


@pytest.mark.parametrize(("question", "ids"), QUESTIONS.items(), ids=QUESTIONS.keys())
def test_questions(alerts: sqlite3.Connection, question: str, ids: set[str]) -> None:
    """Each form of a question finds the documents that it means."""
    assert set(found(alerts, question)) == ids


WRONG = {
    "": "no word to search for",
    "--- :": "no word to search for",
    "NOT powershell": "no word to search for; NOT excludes",
    "powershell NOT": "ends with NOT",
    "NOT powershell OR backup": "words with NOT do not count",
    "(powershell OR certutil) loud": "parentheses do not group",
    "host: ws-1": "names no word",
    "hots:ws-1": "did you mean host?",
    "localhost:8080": "no field 'localhost'; did you mean host? available",
    'foo"bar baz"': "stand around a whole phrase",
    '"power': "not closed",
    "power OR": "an OR without a word on each side",
    "OR power": "an OR without a word on each side",
    "*shell": "at the end of a word only",
}


@pytest.mark.parametrize(("question", "text"), WRONG.items(), ids=WRONG.keys())
def test_wrong_questions(question: str, text: str) -> None:
    """What can't be searched for is refused with a line that says why."""
    with pytest.raises(UsageError, match=re.escape(text)):
        match_expression(question)


def test_any_text_is_a_question_or_refused(alerts: sqlite3.Connection) -> None:
    """No text that passes makes SQLite refuse the expression."""
    parts = (
        "power",
        '"',
        "*",
        "(",
        ")",
        ":",
        "OR",
        "NOT",
        "AND",
        "NEAR",
        "^",
        "-",
        "host:",
        "'",
        "{",
        "+",
        ",",
        "\\x00",
    )
    for first in parts:
        for second in parts:
            for question in (f"{first} {second}", f"{first}{second}", f"power {first} {second}"):
                try:
                    expression = match_expression(question)
                except UsageError:
                    continue
                search(alerts, [store_tables()["alert"]], expression, SearchRange(), limit=5)


def test_bounds(alerts: sqlite3.Connection) -> None:
    """The first bound is in the time, the last is not."""
    assert found(alerts, "backup", SearchRange(since="2026-01-31T12:00:00.000Z")) == ["plain"]
    assert found(alerts, "backup", SearchRange(until="2026-01-31T12:00:00.000Z")) == ["described"]


def test_order(alerts: sqlite3.Connection) -> None:
    """The document that says more of what was searched for comes first; with `newest` the newest does."""
    alert(
        alerts,
        "newer",
        description="Something about a backup of a console that is long",
        time="2026-02-01T00:00:00.000Z",
    )
    assert found(alerts, "backup")[0] == "plain"
    assert found(alerts, "backup", newest=True) == ["newer", "plain", "described"]
    alert(alerts, "stored last", description="backup", time="2020-02-01T00:00:00.000Z")
    assert found(alerts, "backup", newest=True)[-1] == "stored last"


def test_of_very_many_the_newest_are_ranked(connection: sqlite3.Connection) -> None:
    """A word of more documents than are ranked finds the newest of them."""
    writer = row_writer(store_tables()["group"])
    documents = [(str(number), {"group": {"name": "Servers"}}) for number in range(MOST_RANKED + 5)]
    insert(connection, Batch("default", "default", "group", documents), writer)
    hits = search(connection, [store_tables()["group"]], "servers", SearchRange(), limit=MOST_RANKED * 2)
    assert {hit.id for hit in hits} == {str(number) for number in range(5, MOST_RANKED + 5)}


def test_consoles(connection: sqlite3.Connection) -> None:
    """Documents of other consoles are not found, and take no place among those that are ranked."""
    writer = row_writer(store_tables()["group"])
    insert(connection, Batch("small", "small", "group", [("here", {"group": {"name": "Servers"}})]), writer)
    others = [(str(number), {"group": {"name": "Servers"}}) for number in range(MOST_RANKED)]
    insert(connection, Batch("large", "large", "group", others), writer)
    for consoles, expected in ((["small"], 1), (["small", "large"], 10), ([], 0), (None, 10)):
        hits = search(connection, [store_tables()["group"]], "servers", SearchRange(consoles=consoles), limit=10)
        assert len(hits) == expected
        assert {hit.console for hit in hits} <= set(consoles or ["large"])


def test_matches_of_several_streams(connection: sqlite3.Connection) -> None:
    """Each document that the beginning of a word finds has its own words, host and time, in the order of the hits."""
    for number in range(5):
        alert(connection, f"a{number}", command=f"backup{number}", host=f"WS-{number}", time=f"2026-01-0{number + 1}")
    for name in ("backups-1", "backups-2"):
        group = Batch("default", "default", "group", [(name, {"@timestamp": "2026-01-03", "group": {"name": name}})])
        insert(connection, group, row_writer(store_tables()["group"]))
    for question in ("backup*", "backup0 OR backup1 OR backup2 OR backup3 OR backup4 OR backups"):
        hits = search(
            connection, [*store_tables().values()], match_expression(question), SearchRange(), limit=6, newest=True
        )
        assert [hit.time for hit in hits] == ["2026-01-05", "2026-01-04", *["2026-01-03"] * 3, "2026-01-02"]
        assert {hit.id: (hit.stream, hit.host, hit.match) for hit in hits} == {
            **{f"a{number}": ("alert", None, f"backup{number}") for number in range(1, 5)},
            **{name: ("group", None, name) for name in ("backups-1", "backups-2")},
        }
