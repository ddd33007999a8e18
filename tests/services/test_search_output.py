"""The search output on real servers: each document once, whatever happens to the server or to an answer."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from s1ecs.errors import OutputError, ServerSilent
from s1ecs.outputs.output import Batch
from s1ecs.outputs.search.client.connect import connect
from s1ecs.outputs.search.client.login import SearchSettings, basic
from servers.documents import data_stream, documents
from servers.running import Running
from tests.acceptance.conftest import Commands
from tests.services.searching import STREAM, Rig, rigged

CLOSED = "http://127.0.0.1:1"


@pytest.fixture
async def rig(search_server: Running, namespace: str) -> AsyncIterator[Rig]:
    """Outputs for a server that has a template for STREAM, whose default pipeline does not exist."""
    async with rigged(search_server, namespace) as made:
        yield made


async def test_no_pipeline_runs(rig: Rig) -> None:
    """A default pipeline of the template is passed by; documents come back as they were, with when they arrived."""
    batch = rig.batch("a", "b")
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    assert (await rig.output().deliver(batch)).refused == ()
    found = documents(rig.running, rig.stream)
    for name, document in batch.documents:
        assert "ingested" not in document["event"], "the caller's document was changed"
        arrived = found[name]["event"].pop("ingested")
        assert before <= datetime.fromisoformat(arrived) <= datetime.now(UTC)
        place = {"type": "logs", "dataset": f"sentinel_one.{STREAM}", "namespace": rig.namespace}
        assert found[name] == {**document, "data_stream": place}


async def test_own_pipeline(rig: Rig) -> None:
    """Documents go through the user's own pipeline; without it nothing is delivered, whenever it disappeared."""
    # These servers come without any processor that could leave a mark: that the server misses it proves its use.
    name = f"{rig.namespace}@custom"
    path = f"/_ingest/pipeline/{name}"
    output = rig.output(pipeline=name)
    with pytest.raises(OutputError, match="has no ingest pipeline"):
        await output.deliver(rig.batch("a"))
    rig.running.ask("PUT", path, {"processors": []})
    assert (await output.deliver(rig.batch("a", "b", event={"kind": "pipeline_error"}))).refused == ()
    rig.running.ask("DELETE", path)
    with pytest.raises(OutputError, match="has no ingest pipeline"):
        await output.deliver(rig.batch("a", "c"))
    rig.running.ask("PUT", path, {"processors": []})
    assert (await output.deliver(rig.batch("a", "c"))).refused == ()
    assert rig.copies() == {"a": 1, "b": 1, "c": 1}


async def test_twice_is_once_over_rollovers(rig: Rig) -> None:
    """What was delivered is not doubled: by the same process or the next, before a rollover or after one or two."""
    output = rig.output()
    everything: set[str] = set()
    for number in range(3):
        batch = rig.batch(f"{number}a", f"{number}b")
        everything |= {name for name, _ in batch.documents}
        await output.deliver(batch)
        await output.deliver(batch)
        rig.roll_over()
        # As after a commit that failed, and as a process that begins anew.
        await output.deliver(batch)
        await rig.output().deliver(rig.batch(*everything))
    assert rig.copies() == dict.fromkeys(everything, 1)


async def test_lost_answer_before_a_rollover(rig: Rig) -> None:
    """A batch whose answer was lost is looked for before it is sent again, whatever was made meanwhile."""
    server = rig.server()
    output = rig.output(server)
    now = datetime.now(UTC).isoformat()
    await rig.begin(output, now)
    server.lost = True
    with pytest.raises(ServerSilent, match="search: gone"):
        await output.deliver(rig.batch("a", "b", moment=now))
    rig.roll_over()
    server.lost = server.gone = False
    await output.deliver(rig.batch("b", moment=now))
    await output.deliver(rig.batch("a", "c", moment=now))
    assert {name: count for name, count in rig.copies().items() if "early" not in name} == {"a": 1, "b": 1, "c": 1}


async def test_what_is_old_is_looked_up_later_too(rig: Rig) -> None:
    """Long after a start a document is looked for whose time does not rule out that an older index holds it."""
    await rig.output().deliver(rig.batch("known"))
    rig.roll_over()
    output = rig.output()
    await rig.begin(output, datetime.now(UTC).isoformat())
    await output.deliver(rig.batch("known", "other"))
    assert set(rig.copies().values()) == {1}


async def test_what_has_no_time_of_its_own_is_looked_up_later_too(rig: Rig) -> None:
    """Long after a start, what was delivered before a rollover and is fetched again without a time is not doubled."""
    now = datetime.now(UTC).isoformat()
    without: dict[str, Any] = {"input": {"type": "cel"}, "event": {"kind": "event"}}
    await rig.output().deliver(rig.batch("known", moment=now, **without))
    rig.roll_over()
    later = datetime.now(UTC) + timedelta(hours=2)
    output = rig.output(now=later)
    await rig.begin(output, later.isoformat())
    await output.deliver(rig.batch("known", "other", moment=later.isoformat(), **without))
    assert {rig.copies()[name] for name in ("known", "other")} == {1}


async def test_asked_what_is_there(rig: Rig) -> None:
    """It tells which documents are there, in whichever index, at once; nothing where there is no data stream."""
    output = rig.output()
    assert await output.present("one", rig.namespace, STREAM, ["a"]) == frozenset()
    names = [f"n{number}" for number in range(1_200)]
    await output.deliver(rig.batch(*names[:700]))
    rig.roll_over()
    await output.deliver(rig.batch(*names[700:]))
    assert await output.present("one", rig.namespace, STREAM, [*names, "absent"]) == set(names)


async def test_refused_by_the_mapping(rig: Rig) -> None:
    """An object where a keyword is: refused with the server's reason, as it was given; the others are taken."""
    good, bad = rig.batch("good").documents, rig.batch("bad", labels={"name": {"no": "keyword"}}).documents
    [refused] = (await rig.output().deliver(rig.of(good, bad))).refused
    assert (refused.id, refused.document) == bad[0]
    assert "labels.name" in refused.reason
    assert "parsing_exception" in refused.reason
    assert rig.copies() == {"good": 1}


async def test_no_room_for_an_index_waits(rig: Rig) -> None:
    """A cluster that is full of shards is one line with the cure, and nothing is refused; with room all goes on."""
    output = rig.output()
    setting = "cluster.max_shards_per_node"
    rig.running.ask("PUT", "/filler")
    rig.running.ask("PUT", "/_cluster/settings", {"persistent": {setting: 1}})
    try:
        with pytest.raises(OutputError, match="the cluster has no room for another index"):
            await output.deliver(rig.batch("a"))
    finally:
        rig.running.ask("PUT", "/_cluster/settings", {"persistent": {setting: None}})
        rig.running.ask("DELETE", "/filler")
    await output.deliver(rig.batch("a"))
    assert rig.copies() == {"a": 1}


async def test_small_result_window(rig: Rig) -> None:
    """An index that gives few hits at a time is searched for few ids at a time."""
    output = rig.output()
    names = [f"n{number}" for number in range(300)]
    await output.deliver(rig.batch(*names))
    rig.running.ask("PUT", f"/{rig.stream}/_settings", {"index.max_result_window": 100})
    assert await output.present("one", rig.namespace, STREAM, [*names, "absent"]) == set(names)


async def test_read_only_index_waits(rig: Rig) -> None:
    """An index that takes no writes is one line with the cure, nothing is refused; lifted, all goes on, once."""
    output = rig.output()
    await output.deliver(rig.batch("a"))
    for block in ("index.blocks.read_only_allow_delete", "index.blocks.write"):
        rig.running.ask("PUT", f"/{rig.stream}/_settings", {block: True})
        with pytest.raises(OutputError, match=r"^search: http://127.0.0.1:\d+: the index is blocked or read-only: "):
            await output.deliver(rig.batch("a", "b", "c"))
        rig.running.ask("PUT", f"/{rig.stream}/_settings", {block: None})
    await output.deliver(rig.batch("a", "b", "c"))
    assert rig.copies() == {"a": 1, "b": 1, "c": 1}


async def test_too_large_requests_are_halved(rig: Rig) -> None:
    """A request of 413 is halved down to one document; one that is too large by itself is refused with the cure."""
    server = rig.server()
    server.most = 2_000
    names = [f"n{number}" for number in range(40)]
    batch = rig.of(rig.batch(*names).documents, rig.batch("large", message="x" * 3_000).documents)
    [refused] = (await rig.output(server).deliver(batch)).refused
    assert refused.id == "large"
    assert "http.max_content_length" in refused.reason
    assert rig.copies() == dict.fromkeys(names, 1)


async def test_requests_are_bounded(rig: Rig) -> None:
    """No request has more than 1,000 documents or 5 MB, and all of a large batch arrive."""
    server = rig.server()
    names = [f"n{number}" for number in range(2_100)]
    await rig.output(server).deliver(rig.batch(*names))
    assert len(server.sizes) == 3
    server.sizes.clear()
    await rig.output(server).deliver(rig.batch(*[f"large {name}" for name in names[:70]], message="x" * 100_000))
    assert len(server.sizes) == 2
    assert max(server.sizes) <= 5_000_000
    assert len(rig.copies()) == 2_170


async def test_without_template_nothing_is_made(search_server: Running, namespace: str) -> None:
    """Without a template nothing is guessed: one line that names setup, and no index."""
    rig = Rig(search_server, namespace)
    output = rig.output()
    batch = Batch("one", namespace, "unheard_of", rig.batch("a").documents)
    with pytest.raises(OutputError, match=r"no index template for logs-sentinel_one.unheard_of-.*run: s1ecs setup"):
        await output.deliver(batch)
    assert search_server.answer("GET", f"/{data_stream('unheard_of', namespace)}")[0] == 404
    search_server.ask("PUT", f"/{data_stream('unheard_of', namespace)}/_doc/1", {"a": 1})
    with pytest.raises(OutputError, match="is an index, not a data stream"):
        await output.deliver(batch)
    search_server.ask("DELETE", f"/{data_stream('unheard_of', namespace)}")
    await output.close()


async def test_dead_node_among_several(rig: Rig) -> None:
    """A host that can't be reached is passed over, and nothing is said of it."""
    output = rig.output(rig.server(CLOSED, rig.running.url))
    for number in range(6):
        await output.deliver(rig.batch(f"n{number}"))
    await output.check()
    assert len(rig.copies()) == 6
    assert rig.said == []


async def test_server_that_is_down(rig: Rig) -> None:
    """Nobody there: one line with the host and the cure."""
    output = rig.output(rig.server(CLOSED))
    line = r"^search: connection to 127.0.0.1:1 refused, nothing listens there: check hosts$"
    with pytest.raises(ServerSilent, match=line):
        await output.deliver(rig.batch("a"))
    with pytest.raises(ServerSilent, match=line):
        await output.check()


async def test_rejected_login(secured_elasticsearch: Running, tmp_path: Path) -> None:
    """A wrong password is one line and exit status 1 of `collect`; one renewed in its file is read at the next 401."""
    password = tmp_path / "password"
    password.write_text("wrong")
    header = {"value": basic("tester", "wrong")}
    settings = SearchSettings("elasticsearch", "search", (secured_elasticsearch.url,), login=lambda: header["value"])
    server = connect(settings)
    assert (await server.request("GET", "/_cluster/health")).status == 401
    header["value"] = basic("tester", str(secured_elasticsearch.password))
    assert (await server.request("GET", "/_cluster/health")).status == 200
    await server.close()
    output = {
        "type": "elasticsearch",
        "hosts": [secured_elasticsearch.url],
        "username": "tester",
        "password_file": str(password),
    }
    done = Commands(tmp_path, "https://127.0.0.1:1").run("collect", S1ECS_OUTPUTS=json.dumps([output]))
    assert done.returncode == 1
    [line] = [line for line in done.stderr.splitlines() if line.startswith("s1ecs: ")]
    assert "the credentials are rejected: check user and password, or the API key (HTTP 401" in line
    assert "wrong" not in line


def test_wrong_host_ends_collect(tmp_path: Path) -> None:
    """`collect` ends with exit status 1 and one line where no search server listens."""
    output = json.dumps([{"type": "opensearch", "hosts": [CLOSED]}])
    done = Commands(tmp_path, "https://127.0.0.1:1").run("collect", S1ECS_OUTPUTS=output)
    assert done.returncode == 1
    [line] = [line for line in done.stderr.splitlines() if line.startswith("s1ecs: ")]
    assert line == "s1ecs: opensearch: connection to 127.0.0.1:1 refused, nothing listens there: check hosts"
