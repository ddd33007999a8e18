"""The other commands, as a user types them."""

import csv
import io
import json
import subprocess
from pathlib import Path

import pytest

from s1ecs import __version__
from s1ecs.streams import STREAMS

from .conftest import ALERTS, S1ECS, Commands, Start, answering


def test_version(alone: Commands) -> None:
    """The version is one line."""
    assert alone.ok("--version") == f"s1ecs {__version__}\n"


def test_transform_keeps_order_and_survives_anything(alone: Commands) -> None:
    """One document a line in the same order, blank lines skipped, bad lines as documents, counted on standard error."""
    lines = ['{"alertInfo":{"alertId":"1"}}', "", "  ", "not json", "[1]", '{"alertInfo":{"alertId":"2"}}', "{"]
    result = alone.run("transform", "alert", "--with-id", stdin="\n".join(lines))
    documents = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 0
    assert [document["event"].get("id") for document in documents] == ["1", None, None, "2", None]
    assert [document["event"]["kind"] for document in documents].count("pipeline_error") == 3
    assert documents[1]["event"]["original"] == "not json"
    assert documents[1]["tags"][-1] == "preserve_original_event"
    assert len({document["_id"] for document in documents}) == 5
    assert "agent" not in documents[0]
    assert "created" not in documents[0]["event"]
    assert result.stderr == "s1ecs: 3 of 5 records could not be mapped; see error.message\n"


@pytest.mark.parametrize("depth", [90, 250, 500, 980, 5000])
def test_transform_survives_nesting(alone: Commands, depth: int) -> None:
    """However deep a value is nested: one document a line, the others untouched."""
    deep = "[" * depth + "1" + "]" * depth
    lines = [
        '{"alertInfo":{"alertId":"1"}}',
        f'{{"ruleInfo":{{"name":{deep}}},"alertInfo":{{"srcPort":{deep}}}}}',
        f'{{"unmapped":{deep},"x":"\\ud800"}}',
        '{"alertInfo":{"alertId":"2"}}',
    ]
    result = alone.run("transform", "alert", "--with-id", "--preserve-original", stdin="\n".join(lines))
    assert result.returncode == 0, result.stderr
    documents = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(documents) == len({document["_id"] for document in documents}) == 4
    assert [documents[0]["event"]["id"], documents[3]["event"]["id"]] == ["1", "2"]
    assert documents[1]["error"]["message"]
    assert documents[1]["event"]["original"] == lines[1]


def test_transform_drops_a_byte_order_mark(alone: Commands) -> None:
    """A mark that some programs put before the first line does not cost that line."""
    (alone.folder / "a.ndjson").write_bytes(b'\xef\xbb\xbf{"alertInfo":{"alertId":"1"}}\r\n{}\r\n')
    first, _ = map(json.loads, alone.ok("transform", "alert", "a.ndjson").splitlines())
    assert first["event"]["id"] == "1"


def test_output_that_can_not_be_written(alone: Commands) -> None:
    """A full device behind standard output is one line and status 1."""
    with Path("/dev/full").open("w") as full:
        process = subprocess.run(
            [S1ECS, "fields", "alert"],
            env=alone.environment,
            cwd=alone.folder,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert process.returncode == 1
    assert process.stderr == "s1ecs: standard output: No space left on device\n"


def test_transform_reads_files_and_takes_a_time(alone: Commands) -> None:
    """Files are read in their order; --now fills a missing @timestamp, --preserve-original keeps the line as it is."""
    (alone.folder / "a.ndjson").write_text('{"ruleInfo":{"name":"a\\/b"}}\n')
    (alone.folder / "b.ndjson").write_text('{"alertInfo":{"createdAt":"2026-01-01T00:00:00Z"}}')
    output = alone.ok(
        "transform", "alert", "a.ndjson", "b.ndjson", "--now", "2026-02-02T02:02:02Z", "--preserve-original"
    )
    first, second = map(json.loads, output.splitlines())
    assert first["@timestamp"] == "2026-02-02T02:02:02.000Z"
    assert second["@timestamp"] == "2026-01-01T00:00:00.000Z"
    assert first["event"]["original"] == '{"ruleInfo":{"name":"a\\/b"}}'
    assert "_id" not in first


@pytest.mark.parametrize("files", [("a.ndjson", "b.ndjson"), ("a.ndjson", "missing.ndjson", "b.ndjson")], ids=len)
def test_transform_in_worker_processes_is_the_same(alone: Commands, files: tuple[str, ...]) -> None:
    """The same documents in the same order, the same words and the same status, with a file that is missing, too."""
    alerts = (
        json.dumps({"alertInfo": {"alertId": str(number)}, "ruleInfo": {"name": "r" * 300}}) for number in range(4000)
    )
    (alone.folder / "a.ndjson").write_text("".join(f"{alert}\n" for alert in alerts))
    (alone.folder / "b.ndjson").write_text('not JSON\n{"data":[\n{"alertInfo":{"alertId":"1"}}\n]}\n{"id":\n')
    one, several = (alone.run("transform", "alert", "--with-id", "--jobs", jobs, *files) for jobs in ("1", "3"))
    assert (several.stdout, several.stderr, several.returncode) == (one.stdout, one.stderr, one.returncode)
    assert len(one.stdout) > 1_000_000
    assert one.returncode == (2 if "missing.ndjson" in files else 0)


@pytest.mark.parametrize(
    "arguments",
    [
        ("transform", "alarm"),
        ("transform", "alert", "--jobs", "0"),
        ("transform", "alert", "missing.ndjson"),
        ("transform", "alert", "/"),
        ("transform", "alert", "--now", "soon"),
        ("transform", "alert", "--geoip", "missing.mmdb"),
        ("transform",),
        ("fields", "alarm"),
        ("--set", "interval", "settings"),
        ("query", "SELECT 1", "--json", "--csv"),
        ("standin", "--now", "soon"),
        ("unheard-of",),
    ],
    ids=" ".join,
)
def test_wrong_use_is_status_2(alone: Commands, arguments: tuple[str, ...]) -> None:
    """Wrong use ends with status 2 and a text, never a traceback."""
    result = alone.run(*arguments)
    assert result.returncode == 2
    assert result.stderr
    assert "Traceback" not in result.stderr


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory, standin: str) -> Commands:
    """Commands with a store of all alerts, which nothing but queries reads."""
    commands = Commands(tmp_path_factory.mktemp("collected"), standin)
    commands.ok("collect", "alert")
    return commands


def test_query_forms(collected: Commands) -> None:
    """A table in a pipe is whole lines, CSV and JSON hold the same rows."""
    sql = "SELECT severity, count(*) AS alerts FROM alert GROUP BY 1 ORDER BY 1"
    rows = collected.query(sql)
    assert [row["severity"] for row in rows] == [21, 47, 73, 99]
    assert sum(row["alerts"] for row in rows) == ALERTS
    table = collected.ok("query", sql).splitlines()
    assert table[0].split() == ["severity", "alerts"]
    assert len(table) == 5
    values = list(csv.DictReader(io.StringIO(collected.ok("query", "--csv", sql))))
    assert [{name: int(value) for name, value in row.items()} for row in values] == rows


@pytest.mark.parametrize(
    "sql",
    [
        "SELEC 1",
        "SELECT * FROM alerts",
        "SELECT * FROM group",
        "DELETE FROM documents",
        "DROP VIEW alert",
        "ATTACH 'other.db' AS other",
        "VACUUM INTO 'copy.db'",
        "PRAGMA journal_mode = DELETE",
        "SELECT zeroblob(3000000000)",
        "SELECT 1; SELECT 2",
        "",
    ],
)
def test_query_only_reads(collected: Commands, sql: str) -> None:
    """Bad SQL and every wish to write end with status 2, and the store stays as it is."""
    result = collected.run("query", sql)
    assert result.returncode == 2
    assert "views: activity, " in result.stderr
    assert ', "group", group_latest, ' in result.stderr
    assert "Traceback" not in result.stderr
    assert collected.count() == ALERTS
    assert [path.name for path in collected.folder.iterdir()] == ["state"]


def test_query_shows_no_control_characters_and_loses_no_column(collected: Commands) -> None:
    """What an attacker wrote can't command the terminal; two columns of one name both appear."""
    sql = "SELECT char(27) || '[31m' || char(10) AS a, x'00ff' AS a"
    assert collected.ok("query", sql).splitlines()[1].split() == ["\\x1b[31m\\n", "00ff"]
    assert json.loads(collected.ok("query", sql, "--json")) == [{"a": "\x1b[31m\n", "a_2": "00ff"}]


def test_query_before_collecting(alone: Commands) -> None:
    """Without a store: what to do first."""
    result = alone.run("query", "SELECT 1")
    assert result.returncode == 1
    assert "collect first" in result.stderr


def test_fields(alone: Commands) -> None:
    """Every exported field with type and description."""
    rows = {row["name"]: row for row in json.loads(alone.ok("fields", "alert", "--json"))}
    assert rows["sentinel_one.alert.info.hit.type"] == {
        "name": "sentinel_one.alert.info.hit.type",
        "type": "keyword",
        "description": "Kind of hit reported by the agent.",
    }
    assert rows["process.pid"]["type"] == "long"
    assert {"@timestamp", "related.hash", "data_stream.dataset", "event.severity"} <= rows.keys()


def test_fields_compiled(alone: Commands) -> None:
    """The function that maps a record is printed as Python that compiles, with a comment for each row of the table."""
    text = alone.ok("fields", "alert", "--compiled")
    compile(text, "alert", "exec")
    comments = [line.strip() for line in text.splitlines() if line.strip().startswith("# ")]
    assert len(comments) == len(STREAMS["alert"].table.rows)
    assert "# keyword: alertInfo.alertId -> event.id" in comments
    assert "was_split" not in text
    assert "was_split" in alone.ok("fields", "alert", "--compiled", "--layout", "2")


def test_settings_tell_their_origin_and_hide_secrets(commands: Commands, standin: str) -> None:
    """Each setting with value, origin, default and help; the token never."""
    output = commands.ok("--set", "page_size=7", "settings", "--json")
    rows = {row["setting"]: row for row in json.loads(output)}
    assert "a-token-for-tests" not in output
    assert rows["page_size"]["value"] == 7
    assert "flag" in rows["page_size"]["from"]
    assert any(row["value"] == "***" for row in rows.values())
    assert any(row["value"] == standin for row in rows.values())


def verdicts(output: str) -> list[str]:
    """The first word of each line of a check."""
    return [line.split()[0] for line in output.splitlines()]


def test_check_good(commands: Commands) -> None:
    """A good console is all ok: it answers, the token is good for weeks, every stream may be read."""
    output = commands.ok("check")
    assert "failed" not in verdicts(output)
    assert "the token expires on" in output
    assert [name for name in STREAMS if f" {name}: readable\n" not in output] == []


@pytest.mark.parametrize(
    ("token", "status", "texts"),
    [
        ("wrong", 1, ["failed", "401", "API Token"]),
        ("expired", 1, ["failed", "401"]),
        ("no-alert", 1, ["failed", "STAR Rule Alerts -> View"]),
        ("expiring", 0, ["warning", "generate a new one"]),
        ("expiring-now", 1, ["failed", "generate a new one"]),
        ("admin", 0, ["warning", "more than read"]),
    ],
)
def test_check_tokens(commands: Commands, token: str, status: int, texts: list[str]) -> None:
    """Each trouble with a token is one line with what to do, and decides the exit status."""
    result = commands.run("check", S1ECS_TOKEN=token)
    assert result.returncode == status, result.stdout
    [line] = [line for line in result.stdout.splitlines() if line.startswith(texts[0]) and "clock" not in line]
    for text in texts:
        assert text in line
    assert not result.stderr


def test_check_without_any_permission(commands: Commands) -> None:
    """A token that may read no stream is told the permission of each."""
    result = commands.run("check", S1ECS_TOKEN="forbidden")
    assert result.returncode == 1
    errors = [line for line in result.stdout.splitlines() if line.startswith("failed")]
    assert len(errors) == len(STREAMS)
    assert [
        stream.name for stream, line in zip(STREAMS.values(), errors, strict=True) if stream.permission in line
    ] == [*STREAMS]


def test_check_unreachable(commands: Commands) -> None:
    """A console that can't be reached is one line; what else there is to check is checked all the same."""
    result = commands.run("check", S1ECS_URL="http://127.0.0.1:1", S1ECS_ATTEMPTS="1")
    assert result.returncode == 1
    [line] = [line for line in result.stdout.splitlines() if " default: " in line]
    assert line.startswith("failed")
    assert [line for line in result.stdout.splitlines() if " store: " in line]
    assert "refused" in line


def test_check_is_the_doctor(commands: Commands) -> None:
    """A dead output, a wrong action token and a token file that others can change fail, with their cures; JSON, too."""
    token = commands.folder / "token"
    token.write_text("a-token")
    token.chmod(0o660)
    settings = commands.folder / "doctor.yaml"
    settings.write_text(
        "token_file: token\naction_token: wrong\n"
        "outputs:\n- type: store\n- type: elasticsearch\n  hosts: http://127.0.0.1:1\n"
    )
    settings.chmod(0o600)
    environment = {"S1ECS_TOKEN": "", "S1ECS_STREAMS": "group"}
    result = commands.run("--config", str(settings), "check", "--json", **environment)
    assert result.returncode == 1
    assert not result.stderr
    rows = json.loads(result.stdout)
    assert [row["check"] for row in rows if row["status"] == "failed"] == ["secrets", "action token", "output"]
    assert {row["cure"] for row in rows if row["check"] == "secrets"} == {f"run: chmod 600 {token}"}
    nowhere = environment | {"S1ECS_URL": "http://127.0.0.1:1"}
    offline = commands.run("--config", str(settings), "check", "--offline", **nowhere)
    assert offline.returncode == 1
    assert verdicts(offline.stdout)[:-1].count("failed") == 1
    assert not commands.state.exists()


def test_check_something_else(commands: Commands) -> None:
    """An address where no console is, is told as such."""
    with answering(404, "<html>Not Found</html>") as elsewhere:
        result = commands.run("check", S1ECS_URL=elsewhere)
    assert result.returncode == 1
    assert "is not a SentinelOne console" in result.stdout


def test_check_clock(commands: Commands) -> None:
    """A console whose clock is months away is told, and collecting still brings everything of its day."""
    told = commands.ok("check", S1ECS_CLOCK_TOLERANCE="5m").splitlines()
    assert "clock" in next(line for line in told if line.startswith("warning"))


def test_standin_same_seed_same_alerts(alone: Commands, start_standin: Start) -> None:
    """Two stand-ins with the same seed and time hold the same alerts; another seed holds others."""
    stores = []
    for number, seed in enumerate(("5", "5", "6")):
        url = start_standin("--alerts", "40", "--seed", seed, "--now", "2026-01-31T12:00:00Z")
        state = str(alone.folder / str(number))
        alone.ok("collect", "alert", S1ECS_URL=url, S1ECS_TOKEN="t", S1ECS_STATE_DIR=state)
        stores.append(alone.ok("query", "SELECT id FROM alert ORDER BY id", S1ECS_STATE_DIR=state))
    assert stores[0] == stores[1] != stores[2]


def test_standin_port_in_use(alone: Commands, standin: str) -> None:
    """A port that is taken is one line and status 2."""
    result = alone.run("standin", "--port", standin.rpartition(":")[2])
    assert result.returncode == 2
    assert "choose another" in result.stderr


def test_transform_reads_pages_and_knows_other_streams(alone: Commands) -> None:
    """A page of the API is read like lines; records of another stream are told once, with that stream."""
    [line] = (Path(__file__).parents[1] / "cases" / "threat" / "incidents.input.ndjson").read_text().splitlines()
    page = json.dumps({"data": [json.loads(line)] * 2, "pagination": {"nextCursor": None}}, indent=2)
    threats = alone.run("transform", "threat", stdin=page)
    assert threats.stdout == alone.run("transform", "threat", stdin=f"{line}\n{line}\n").stdout
    assert not threats.stderr
    told = "s1ecs: warning: 2 of 2 records do not look like records of group, but like threat; run: s1ecs transform"
    assert alone.run("transform", "group", stdin=page).stderr == f"{told} threat\n"
