"""Check of search servers: reachable, login, templates."""

from pathlib import Path

import pytest

from s1ecs.monitor.output_check import check_output, templates_result
from s1ecs.outputs.search.client.server import Reply
from s1ecs.settings import load
from s1ecs.streams import STREAMS
from tests.unit.search_setup.server import Documented

PLACES = [("alert", "default"), ("group", "default")]


async def test_dead_server(tmp_path: Path) -> None:
    """A server that does not answer fails, each of its hosts by name, and its templates are not asked for."""
    text = "url: console.example\ntoken: a-token\noutputs:\n- {type: elasticsearch, hosts: [HOST:1, HOST:2]}\n"
    (tmp_path / "s1ecs.yaml").write_text(text.replace("HOST", "http://127.0.0.1"))
    settings = load(file=None, environment={}, flags={}, streams=list(STREAMS), working_folder=tmp_path)
    results = [result async for result in check_output(settings, settings.outputs[0])]
    assert [(result.level, result.about) for result in results] == [("failed", "elasticsearch")] * 2
    assert ["127.0.0.1:1" in results[0].text, "127.0.0.1:2" in results[1].text] == [True, True]


@pytest.mark.parametrize(
    ("known", "level", "text"),
    [
        (("alert", "group"), "ok", "2 data streams"),
        (("alert",), "failed", "group"),
        ((), "failed", "and 1 more data stream"),
    ],
)
async def test_templates(known: tuple[str, ...], level: str, text: str) -> None:
    """A stream without a template fails and names `s1ecs setup`; several are one line."""
    there = {
        ("GET", f"/_index_template/logs-sentinel_one.{name}"): Reply(200, {"index_templates": []}) for name in known
    }
    server = Documented(kind="opensearch", replies=there)
    result = await templates_result("search", server, PLACES, latest=False)
    assert (result.level, text in result.text) == (level, True)
    assert level == "ok" or "s1ecs setup" in result.told
