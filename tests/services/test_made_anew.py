"""Indices made anew while an output lives: documents go to none whose fields would be guessed."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from s1ecs.errors import OutputError
from s1ecs.outputs.output import Batch, Entity
from servers.documents import ids
from servers.running import Running
from tests.services.searching import Rig, install, rigged

OURS = {"managed_by": "s1ecs"}


@pytest.fixture
def stream(namespace: str) -> str:
    """A stream of the test's own: a template that other data streams use can't be removed."""
    return f"anew_{namespace[-40:]}"


@pytest.fixture
async def rig(search_server: Running, namespace: str, stream: str) -> AsyncIterator[Rig]:
    """Outputs for a server that has templates of a data stream and of latest states."""
    install_latest(search_server, stream)
    async with rigged(search_server, namespace, stream) as made:
        yield made


def install_latest(server: Running, stream: str) -> None:
    """Install the template of the index of latest states."""
    mapping = {"_meta": OURS, "properties": {"labels": {"properties": {"name": {"type": "keyword"}}}}}
    template = {"index_patterns": [f"sentinel_one-{stream}-latest-*"], "template": {"mappings": mapping}}
    server.ask("PUT", f"/_index_template/s1ecs-sentinel_one-{stream}-latest", template)


def remove(rig: Rig) -> None:
    """Remove data stream and template, as an administrator may. The small Elasticsearch has no way to remove one."""
    if rig.running.kind == "opensearch":
        rig.running.ask("DELETE", f"/_data_stream/{rig.stream}")
    rig.running.ask("DELETE", f"/_index_template/s1ecs-logs-sentinel_one.{rig.name}")


def state(rig: Rig, name: str, version: int) -> Batch:
    """A batch of one document, which is the latest state of a thing."""
    return Batch("one", rig.namespace, rig.name, rig.batch(name).documents, {name: Entity("host", version)})


def meta(server: Running, name: str) -> Any:
    """What the mapping of the only index behind a name says of who made it."""
    [index] = server.ask("GET", f"/{name}/_mapping").values()
    return index["mappings"].get("_meta")


async def test_removed_between_deliveries(rig: Rig) -> None:
    """Behind the removal of data stream and template the next document is not sent; set up again, it arrives."""
    output = rig.output()
    if rig.running.kind == "opensearch":
        await output.deliver(rig.batch("a"))
    else:
        await output.deliver(rig.of())
    remove(rig)
    with pytest.raises(OutputError, match=r"no index template for .*run: s1ecs setup"):
        await output.deliver(rig.batch("b"))
    assert rig.running.answer("GET", f"/{rig.stream}")[0] == 404
    install(rig.running, rig.name)
    await output.deliver(rig.batch("b"))
    assert rig.copies() == {"b": 1}


@pytest.mark.parametrize("another", [False, True], ids=["guessing", "another template"])
async def test_removed_behind_the_check(rig: Rig, *, another: bool) -> None:
    """What is made by guessing between the check and the bulk, by another template or none, counts as not delivered."""
    between = rig.server()
    output = rig.output(between)
    if rig.running.kind == "opensearch":
        await output.deliver(rig.batch("a"))
    guessing = {"index_patterns": [f"{rig.stream}*"], "data_stream": {}, "priority": 90}
    if another:
        rig.running.ask("PUT", f"/_index_template/guesses-{rig.name}", guessing)

    def once(_path: str) -> None:
        between.before = lambda _: None
        remove(rig)

    between.before = once
    batch = rig.batch("b", sentinel_one={"name": "x"})
    for _ in range(2):
        with pytest.raises(OutputError, match="run: s1ecs setup"):
            await output.deliver(batch)
    if not another:
        rig.running.answer("DELETE", f"/{rig.stream}")
        install(rig.running, rig.name)
        await output.deliver(batch)
        assert meta(rig.running, rig.stream) == OURS
        assert rig.copies() == {"b": 1}


async def test_a_latest_index_removed_behind_the_check(rig: Rig) -> None:
    """The same for the index of latest states, which has a template of its own."""
    between = rig.server()
    output = rig.output(between, latest=True)
    name = f"sentinel_one-{rig.name}-latest-{rig.namespace}"
    await output.deliver(state(rig, "a", 1))
    assert len(ids(rig.running, name)) == 1

    def once(path: str) -> None:
        if path == "/_bulk":
            between.before = lambda _: None
            rig.running.ask("DELETE", f"/{name}")
            rig.running.ask("DELETE", f"/_index_template/s1ecs-sentinel_one-{rig.name}-latest")

    between.before = once
    for _ in range(2):
        with pytest.raises(OutputError, match=r"no index template for the latest state of .*; run: s1ecs setup"):
            await output.deliver(state(rig, "b", 2))
    rig.running.ask("DELETE", f"/{name}")
    install_latest(rig.running, rig.name)
    await output.deliver(state(rig, "b", 2))
    assert meta(rig.running, name) == OURS
    assert rig.copies() == {"a": 1, "b": 1}


async def test_an_alias_is_no_data_stream(rig: Rig) -> None:
    """An alias under a data stream's name gets no document, on either server."""
    other = f"behind-{rig.name}"
    rig.running.ask("PUT", f"/{other}")
    actions = [{"add": {"index": other, "alias": rig.stream, "is_write_index": True}}]
    rig.running.ask("POST", "/_aliases", {"actions": actions})
    with pytest.raises(OutputError, match=rf"{rig.stream} is an alias, not a data stream; move its documents away"):
        await rig.output().deliver(rig.batch("a"))
    assert not ids(rig.running, other)
