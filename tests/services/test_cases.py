"""The whole records of tests/cases, as documents on the real servers."""

import json
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import structlog

from s1ecs.bootstrap.outputs import make_output
from s1ecs.bootstrap.registry import OutputEnvironment
from s1ecs.commands.transform import lines_of, transform
from s1ecs.ecs.layouts import LAYOUTS
from s1ecs.ecs.table import Layout
from s1ecs.outputs.output import Batch
from s1ecs.settings import load
from s1ecs.streams import STREAMS, stream_in
from s1ecs.streams.redaction import redaction_of
from servers.documents import data_stream, documents
from servers.running import Running
from tests.services.conftest import SetUp

CASES = Path(__file__).parents[1] / "cases"
NOW = "2026-01-31T12:00:00.000Z"

# Records that no console sends: a plain value where a list of objects belongs. The mapping keeps it, an index can't.
REFUSED = {"agent": ["network_interfaces"], "threat": ["mitigation_status"]}

Documents = Mapping[str, dict[str, Any]]


@pytest.fixture(scope="module", params=LAYOUTS)
def cases(request: pytest.FixtureRequest) -> Mapping[str, Documents]:
    """The documents of all cases by stream and id, made as `transform --with-id --preserve-original --now` does."""
    return {stream: _transformed(stream, request.param) for stream in STREAMS}


def _transformed(name: str, layout: Layout) -> Documents:
    stream = stream_in(name, layout)
    written: list[bytes] = []
    transform(
        lines_of(sorted(str(path) for path in (CASES / name).glob("*.input.ndjson"))),
        written.append,
        stream.mapper(None, keep_duplicates=True),
        stream.envelope(preserve_original=True, preserve_duplicates=True),
        redaction_of(stream, ()),
        with_id=True,
        now=NOW,
    )
    return {document.pop("_id"): document for document in map(json.loads, written)}


async def test_cases_come_back_equal(
    search_server: Running, set_up: SetUp, namespace: str, cases: Mapping[str, Documents], tmp_path: Path
) -> None:
    """Every document that `transform` makes of the cases is taken and found again as it was, but for event.ingested.

    Those whose shape no index could hold are given back, with the field that the server names.
    """
    set_up(search_server)
    outputs = json.dumps([{"type": search_server.kind, "hosts": [search_server.url]}])
    environment = {"S1ECS_OUTPUTS": outputs, "S1ECS_NAMESPACE": namespace}
    settings = load(file=None, environment=environment, flags={}, streams=list(STREAMS), working_folder=tmp_path)
    log = structlog.stdlib.get_logger()
    output = make_output(settings.outputs[0], OutputEnvironment(log.warning, log.info))
    await output.open({})
    try:
        for stream in STREAMS:
            made = deepcopy(cases[stream])
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
