"""`s1ecs setup` on the real servers: what is installed, repeated, upgraded, left alone; what its mappings take.

Each test has a stream of its own name, so that one server serves all of them.
"""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from s1ecs.commands.setup import SetupOptions, SetupServer, datasets, set_up
from s1ecs.ecs.field_catalog import exported_fields
from s1ecs.outputs.search.client.connect import connect
from s1ecs.outputs.search.client.login import SearchSettings
from s1ecs.outputs.search.client.server import Reply, SearchServer, ServerKind
from s1ecs.search_setup.desired_state import Dataset
from s1ecs.search_setup.lifecycle import Lifecycle
from s1ecs.streams import STREAMS
from servers.running import Running
from tests.acceptance.patience import PATIENCE

S1ECS = Path(sys.executable).with_name("s1ecs")
TIME = "2026-01-31T12:00:00.000Z"


@dataclass
class Recorded:
    """A real server, and what was sent to it to change something."""

    real: SearchServer
    changes: list[tuple[str, str, Any]] = field(default_factory=list)

    @property
    def kind(self) -> ServerKind:
        """As the real one's."""
        return self.real.kind

    @property
    def name(self) -> str:
        """As the real one's."""
        return self.real.name

    async def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes | None = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send it on."""
        if method != "GET" and "_simulate" not in path:
            self.changes.append((method, path, body))
        return await self.real.request(method, path, body, query=query, headers=headers)

    async def close(self) -> None:
        """As the real one's."""
        await self.real.close()


@dataclass
class Bench:
    """A server, a stream of the test's own, and setup for them. `said` is what it wrote last."""

    server: Running
    recorded: Recorded
    stream: str
    capture: pytest.CaptureFixture[str]
    said: str = ""

    @property
    def data_stream(self) -> str:
        """The stream's data stream."""
        return f"logs-sentinel_one.{self.stream}-default"

    @property
    def template(self) -> str:
        """The name of the stream's index template."""
        return f"s1ecs-logs-sentinel_one.{self.stream}"

    async def setup(self, **wish: Any) -> int:
        """Set up the stream, with the fields of two real ones; the exit status."""
        self.recorded.changes.clear()
        fields = (*exported_fields(STREAMS["activity"].table), *exported_fields(STREAMS["threat_event"].table))
        kept = Lifecycle("ism" if self.server.kind == "opensearch" else "data_stream", 30)
        wanted = [Dataset(self.stream, fields, latest=True)]
        status = await set_up([SetupServer(self.recorded, kept)], wanted, SetupOptions(lambda _question: True, **wish))
        captured = self.capture.readouterr()
        self.said = captured.out + (captured.err if not wish.get("dry_run") else "")
        return status

    def meta(self) -> Any:
        """The mark of the stream's component template."""
        name = f"s1ecs-sentinel_one.{self.stream}"
        found = self.server.ask("GET", f"/_component_template/{name}")
        return found["component_templates"][0]["component_template"].get("_meta")

    def templates(self) -> Any:
        """All index templates by name."""
        found = self.server.ask("GET", "/_index_template")["index_templates"]
        return {each["name"]: each["index_template"] for each in found}

    def mark(self, **mark: Any) -> None:
        """Give the stream's component template another mark."""
        name = f"s1ecs-sentinel_one.{self.stream}"
        meta = {**self.meta(), **mark}
        self.server.ask("PUT", f"/_component_template/{name}", {"template": {}, "_meta": meta})

    def newest_mapping(self) -> Any:
        """The mapping of the newest backing index."""
        found = self.server.ask("GET", f"/_resolve/index/{self.data_stream}")["data_streams"][0]
        newest = found["backing_indices"][-1]
        return self.server.ask("GET", f"/{newest}/_mapping")[newest]["mappings"]

    def create(self, name: str, document: Mapping[str, Any]) -> tuple[int, Any]:
        """Bring a document into the data stream, as collecting does."""
        return self.server.answer("PUT", f"/{self.data_stream}/_create/{name}", {"@timestamp": TIME, **document})

    def source(self, name: str) -> Any:
        """The document as the server gives it back."""
        query = {"query": {"ids": {"values": [name]}}}
        return self.server.ask("POST", f"/{self.data_stream}/_search", query)["hits"]["hits"][0]["_source"]


@pytest.fixture
async def bench(search_server: Running, namespace: str, capsys: pytest.CaptureFixture[str]) -> AsyncIterator[Bench]:
    """Each server, with a stream of the test's own."""
    server = connect(SearchSettings(search_server.kind, "search", (search_server.url,)))
    yield Bench(search_server, Recorded(server), namespace, capsys)
    await server.close()


async def test_second_time_there_is_nothing_to_change(bench: Bench) -> None:
    """What setup installed it knows again; the second run sends nothing."""
    assert await bench.setup() == 0
    assert f"create     index template {bench.template}" in bench.said
    assert await bench.setup() == 0
    assert "search: nothing to change" in bench.said.splitlines()
    assert bench.recorded.changes == []


async def test_dry_run_prints_what_is_sent_and_sends_nothing(bench: Bench) -> None:
    """The JSON of --dry-run is what the next run sends, request by request; nothing is on the server before."""
    assert await bench.setup(dry_run=True) == 0
    printed = json.loads(bench.said)
    assert bench.recorded.changes == []
    assert bench.template not in bench.templates()
    assert await bench.setup() == 0
    sent = [
        {"output": "search", "method": method, "path": path, "body": body}
        for method, path, body in bench.recorded.changes
    ]
    assert printed == json.loads(json.dumps(sent))
    assert len(printed) >= 3


async def test_templates_for_all_names_change_nothing_about_what_the_server_knows(bench: Bench) -> None:
    """A template of someone else that fits every name, of no priority, is not taken for missing field types."""
    await bench.setup(dry_run=True)
    before = json.loads(bench.said)
    other = f"other-{bench.stream}"
    bench.server.ask("PUT", f"/_index_template/{other}", {"index_patterns": ["s1ecs-*"]})
    try:
        await bench.setup(dry_run=True)
        assert json.loads(bench.said) == before
    finally:
        bench.server.ask("DELETE", f"/_index_template/{other}")


async def test_older_is_upgraded_newer_is_left(bench: Bench) -> None:
    """What an older s1ecs installed is brought up to date, what a newer one did is not put back silently."""
    await bench.setup()
    current = bench.meta()
    bench.mark(version=0)
    assert await bench.setup() == 0
    assert "upgrade    component template" in bench.said
    assert bench.meta() == current
    bench.mark(version=99)
    assert await bench.setup() == 0
    assert "left alone component template" in bench.said
    assert bench.meta()["version"] == 99


async def test_template_of_someone_else_is_not_touched(bench: Bench) -> None:
    """A component template of the same name without our mark stays, and what needs it isn't installed."""
    name = f"s1ecs-sentinel_one.{bench.stream}"
    bench.server.ask("PUT", f"/_component_template/{name}", {"template": {}})
    assert await bench.setup() == 1
    assert bench.meta() is None
    assert bench.template not in bench.templates()
    assert await bench.setup(take_over=True) == 0
    assert bench.meta()["managed_by"] == "s1ecs"
    assert bench.template in bench.templates()


async def test_elastics_own_template_stays_and_ours_stands_above(bench: Bench) -> None:
    """Elastic's stream is left to it; taken over, its next index has our mapping, and its template is as it was."""
    theirs = f"logs-sentinel_one.{bench.stream}"
    body = {
        "index_patterns": [f"{theirs}-*"],
        "data_stream": {},
        "priority": 200,
        "template": {"mappings": {"properties": {"message": {"type": "long"}}}},
        "_meta": {"package": {"name": "sentinel_one"}, "managed_by": "fleet"},
    }
    bench.server.ask("PUT", f"/_index_template/{theirs}", body)
    before = bench.templates()[theirs]
    assert bench.create("1", {"message": 1})[0] == 201
    assert await bench.setup() == 0
    assert "left to Elastic's integration" in bench.said
    assert bench.template not in bench.templates()
    assert await bench.setup(take_over=True) == 0
    assert f"--roll-over creates it now for {bench.data_stream}" in bench.said
    assert bench.newest_mapping()["properties"]["message"]["type"] == "long"
    assert await bench.setup(roll_over=True) == 0
    assert bench.newest_mapping()["_meta"]["managed_by"] == "s1ecs"
    assert bench.create("2", {"message": "a text"})[0] == 201
    assert bench.templates()[theirs] == before
    assert await bench.setup() == 0
    assert "roll-over" not in bench.said


async def test_template_of_higher_priority(bench: Bench) -> None:
    """A template that stands above ours is not overruled without --take-over; with it, data streams get ours."""
    other = f"other-{bench.stream}"
    pattern = f"logs-sentinel_one.{bench.stream}-*"
    body = {"index_patterns": [pattern], "data_stream": {}, "priority": 777}
    bench.server.ask("PUT", f"/_index_template/{other}", body)
    try:
        assert await bench.setup() == 1
        assert f"cannot collect {bench.stream}: left to another template, '{other}'" in bench.said
        assert bench.template not in bench.templates()
        assert await bench.setup(take_over=True) == 0
        assert bench.create("1", {})[0] == 201
        assert bench.newest_mapping()["_meta"]["managed_by"] == "s1ecs"
    finally:
        bench.server.ask("DELETE", f"/_index_template/{other}")


def nested(depth: int) -> dict[str, Any]:
    """An object that many levels deep."""
    found: dict[str, Any] = {"end": 1}
    for _ in range(depth):
        found = {"level": found}
    return found


NASTY: Mapping[str, Mapping[str, Any]] = {
    "new object": {"new": {"a": {"b": 1}}},
    "new text where an object was": {"new": "text"},
    "new number": {"sentinel_one": {"number": 1}},
    "new text where a number was": {"sentinel_one": {"number": "one"}},
    "new date": {"day": "2026-01-01"},
    "new text where a date was": {"day": "someday"},
    "list of everything": {"mixed": [1, "a", {"b": 1}, [1, [2]], None, True, 1.5]},
    "thousands of new keys": {"many": {f"key{number}": number for number in range(5000)}},
    "new keys of great depth": {"deep": nested(90)},
    "depth inside of what is mapped": {"sentinel_one": {"activity": nested(90)}},
    "very long key": {"k" * 40_000: 1},
    "empty key": {"object": {"": 1}},
    "key with dots beside an object": {"dotted.key": 1, "dotted": {"key": 2}},
    "malformed ip": {"source": {"ip": "no address"}},
    "malformed date": {"event": {"created": "yesterday"}},
    "malformed number": {"process": {"pid": "none"}},
    "number beyond a long": {"process": {"pid": 2**64 - 1}},
    "malformed place": {"host": {"geo": {"location": "somewhere"}}},
    "very long keyword": {"host": {"name": "x" * 100_000}},
    "very long keyword in three bytes": {"host": {"name": "\u20ac" * 40_000}},
    "very long command line": {"process": {"command_line": "x" * 100_000}},
    "very long address": {"url": {"full": "\u20ac" * 100_000}},
    "very long message": {"message": "x" * 100_000},
    "very long error": {"error": {"message": ["x" * 100_000, "y"]}},
    "very long original": {"event": {"original": "x" * 100_000}},
    "list where a text was": {"host": {"name": ["a", ["b", "c"], None]}},
    "flattened of all kinds": {
        "sentinel_one": {"activity": {"data": {"flattened": {"a": 1, "b": ["c", {"d": None}]}}}}
    },
    "flattened of great depth": {"sentinel_one": {"activity": {"data": {"flattened": nested(80)}}}},
}


async def test_nasty_documents_are_taken_and_come_back_equal(bench: Bench) -> None:
    """New keys of any kind, and values that their type cannot hold, refuse no document, in any order."""
    await bench.setup()
    for number, (name, document) in enumerate([*NASTY.items(), *reversed([*NASTY.items()])]):
        status, answer = bench.create(str(number), document)
        assert status == 201, (name, answer)
    bench.server.ask("POST", f"/{bench.data_stream}/_refresh")
    for number, (name, document) in enumerate(NASTY.items()):
        assert bench.source(str(number)) == {"@timestamp": TIME, **document}, name
    assert "many" not in bench.newest_mapping()["properties"]


@pytest.mark.parametrize(
    "document",
    [{"host": {"name": {"a": 1}}}, {"host": "text"}, {"sentinel_one": {"activity": {"data": {"flattened": "text"}}}}],
    ids=["object for a keyword", "text for an object", "text for flattened"],
)
async def test_only_a_clash_with_a_mapped_field_is_refused(bench: Bench, document: Mapping[str, Any]) -> None:
    """What can't be held at all beside the mapping is refused with the server's reason, and no other document is."""
    await bench.setup()
    status, answer = bench.create("1", document)
    assert status == 400
    assert "reason" in answer["error"]


async def test_long_text_in_a_flattened_field(bench: Bench) -> None:
    """Elasticsearch takes it; OpenSearch refuses the document, says why, and knows no parameter that would help."""
    await bench.setup()
    document = {"sentinel_one": {"activity": {"data": {"flattened": {"text": "x" * 33_000}}}}}
    status, answer = bench.create("1", document)
    if bench.server.kind == "elasticsearch":
        assert status == 201
    else:
        assert (status, "sentinel_one.activity.data.flattened" in answer["error"]["reason"]) == (400, True)
        for parameter in ({"ignore_above": 1024}, {"index": False}):
            mapping = {"properties": {"field": {"type": "flat_object", **parameter}}}
            assert bench.server.answer("PUT", f"/flat-{bench.stream}", {"mappings": mapping})[0] == 400


async def test_latest_state_has_the_same_fields_without_a_data_stream(bench: Bench) -> None:
    """An index of the latest state is an ordinary one with the stream's mapping, whose documents may be replaced."""
    await bench.setup()
    index = f"sentinel_one-{bench.stream}-latest-default"
    assert bench.server.answer("PUT", f"/{index}/_doc/1?version=5&version_type=external", {"message": "a"})[0] == 201
    assert bench.server.answer("PUT", f"/{index}/_doc/1?version=4&version_type=external", {"message": "b"})[0] == 409
    assert bench.server.ask("GET", f"/{index}/_mapping")[index]["mappings"]["_meta"]["managed_by"] == "s1ecs"


async def test_latest_states_that_exist_get_what_is_new(bench: Bench) -> None:
    """An older index gets the fields and the name that it lacks, keeps what is of another type, and then stays so."""
    index, alias = f"sentinel_one-{bench.stream}-latest-default", f"logs-sentinel_one_latest.{bench.stream}"
    older = {"event": {"properties": {"kind": {"type": "keyword"}, "category": {"type": "long"}}}}
    mapping = {"dynamic": False, "_meta": {"managed_by": "s1ecs", "digest": "older"}, "properties": older}
    bench.server.ask("PUT", f"/{index}", {"mappings": mapping})
    assert await bench.setup() == 0
    assert f"left alone fields of {index} (event.category: of another type" in bench.said
    assert bench.server.answer("PUT", f"/{index}/_doc/1?refresh=true", {"event": {"action": "found"}})[0] == 201
    query = {"query": {"term": {"event.action": "found"}}}
    assert bench.server.ask("POST", f"/{alias}/_search", query)["hits"]["hits"][0]["_id"] == "1"
    assert await bench.setup() == 0
    assert [change for change in bench.recorded.changes if index in str(change)] == []


async def test_index_of_someone_else_under_the_name_of_latest_states(bench: Bench) -> None:
    """An index of that name that s1ecs did not create is not touched."""
    index = f"sentinel_one-{bench.stream}-latest-theirs"
    bench.server.ask("PUT", f"/{index}", {"mappings": {"properties": {"their": {"type": "keyword"}}}})
    assert await bench.setup() == 0
    assert [change for change in bench.recorded.changes if index in str(change)] == []


# The command


def run(folder: Path, outputs: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the installed `s1ecs setup` with these outputs in its settings."""
    config = folder / "s1ecs.yaml"
    config.write_text(f"outputs:\n{outputs}\n")
    return subprocess.run(
        [S1ECS, "--config", str(config), "setup", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        timeout=PATIENCE,
        stdin=subprocess.DEVNULL,
    )


def output(server: Running, **more: str) -> str:
    """An item of the setting outputs."""
    values = {"type": server.kind, "hosts": server.url, **more}
    return "  - " + "\n    ".join(f"{name}: {value}" for name, value in values.items())


def test_command_installs_all_streams_on_all_servers(
    elasticsearch: Running, opensearch: Running, tmp_path: Path
) -> None:
    """`setup --yes` installs every stream on every search output, each under its name; then every index is composed."""
    outputs = f"{output(elasticsearch)}\n{output(opensearch)}"
    first = run(tmp_path, outputs, "--yes")
    assert first.returncode == 0, first.stderr
    second = run(tmp_path, outputs, "--yes")
    assert second.stdout.count("nothing to change") == 2
    assert {"elasticsearch: nothing to change", "opensearch: nothing to change"} <= set(second.stdout.splitlines())
    for server in (elasticsearch, opensearch):
        for dataset in datasets():
            for index in (
                f"logs-sentinel_one.{dataset.name}-new",
                *([f"sentinel_one-{dataset.name}-latest-new"] if dataset.latest else ()),
            ):
                made = server.ask("POST", f"/_index_template/_simulate_index/{index}")["template"]
                assert made["mappings"]["dynamic"] == "false", index
                assert made["mappings"]["properties"]["event"]["properties"]["ingested"]["type"] == "date"


def test_command_asks_before_it_changes_anything(elasticsearch: Running, tmp_path: Path) -> None:
    """Without --yes and without a terminal nothing is changed: exit status 2."""
    outputs = output(elasticsearch, keep_days="77")
    result = run(tmp_path, outputs)
    assert result.returncode == 2
    assert result.stderr.splitlines()[-1].endswith("pass --yes, or --dry-run")
    assert json.loads(run(tmp_path, outputs, "--dry-run").stdout)


def test_command_with_a_wrong_host(tmp_path: Path) -> None:
    """A host where nobody listens: exit status 1 and one line that names it."""
    result = run(tmp_path, "  - type: opensearch\n    hosts: http://127.0.0.1:9", "--yes")
    assert (result.returncode, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    assert "127.0.0.1:9" in result.stderr


def test_command_with_a_rejected_login(secured_elasticsearch: Running, tmp_path: Path) -> None:
    """A wrong password: exit status 1, one line, without the password."""
    login = {"username": str(secured_elasticsearch.user), "password": "a-wrong-password"}
    result = run(tmp_path, output(secured_elasticsearch, **login), "--yes")
    assert (result.returncode, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    assert "HTTP 401" in result.stderr
    assert "a-wrong-password" not in result.stderr


def test_command_without_a_search_output(tmp_path: Path) -> None:
    """Without one in the settings: exit status 2 and the lines to write."""
    result = run(tmp_path, "  - type: store", "--yes")
    assert result.returncode == 2
    assert "  - type: elasticsearch\n    hosts: " in result.stderr


def test_least_privilege_contacts_nobody(tmp_path: Path) -> None:
    """It prints the roles though no server answers."""
    result = run(tmp_path, "  - type: elasticsearch\n    hosts: http://127.0.0.1:9", "--least-privilege")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)[0]["path"] == "/_security/role/s1ecs_collect"
