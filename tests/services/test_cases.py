"""The whole records of tests/cases, as documents on the real servers."""

import json
from pathlib import Path
from typing import Any

import structlog

from s1ecs.collect.outputs import make_output
from s1ecs.outputs.output import Batch, JoinsCommit
from s1ecs.settings import load
from s1ecs.streams import STREAMS
from servers.documents import data_stream, documents
from servers.running import Running
from tests.acceptance.conftest import Commands

CASES = Path(__file__).parents[1] / "cases"
NOW = "2026-01-31T12:00:00.000Z"

# Records that no console sends: a plain value where a list of objects belongs. The mapping keeps it, an index can't.
REFUSED = {"agent": ["network_interfaces"], "threat": ["mitigation_status"]}


async def test_cases_come_back_equal(search_server: Running, namespace: str, tmp_path: Path) -> None:
    """Every document that `transform` makes of the cases is taken and found again as it was, but for event.ingested.

    Those whose shape no index could hold are given back, with the field that the server names.
    """
    commands = Commands(tmp_path)
    outputs = json.dumps([{"type": search_server.kind, "hosts": [search_server.url]}])
    commands.environment |= {"S1ECS_OUTPUTS": outputs, "S1ECS_NAMESPACE": namespace}
    commands.ok("setup", "--yes")
    settings = load(
        file=None, environment=commands.environment, flags={}, streams=list(STREAMS), working_folder=tmp_path
    )
    output = make_output(settings.outputs[0], "", structlog.stdlib.get_logger().warning)
    assert not isinstance(output, JoinsCommit)
    await output.open()
    try:
        for stream in STREAMS:
            inputs = sorted(str(path) for path in (CASES / stream).glob("*.input.ndjson"))
            lines = commands.ok(
                "transform", stream, "--with-id", "--now", NOW, "--preserve-original", *inputs
            ).splitlines()
            made = {document.pop("_id"): document for document in map(json.loads, lines)}
            assert made
            refused = (await output.deliver(Batch("console", namespace, stream, list(made.items())))).refused
            fields = REFUSED.get(stream, [])
            assert len(refused) == len(fields)
            assert all(field in each.reason for field, each in zip(fields, refused, strict=True))
            found = documents(search_server, data_stream(stream, namespace))
            for document in found.values():
                assert document["data_stream"].pop("namespace") == namespace
                assert document["event"].pop("ingested")
            taken = {each: document for each, document in made.items() if each not in {one.id for one in refused}}
            for document in taken.values():
                _leave_out_of_transform(document)
            assert found == taken
    finally:
        await output.close()


def _leave_out_of_transform(document: dict[str, Any]) -> None:
    """Nobody told `transform` which namespace the document goes to, nor when it gets there."""
    document["data_stream"].pop("namespace", None)
    document["event"].pop("ingested", None)
