"""The layout that a server's documents have: by Elastic's package, else by the documents."""

from typing import Any

import pytest

from s1ecs.commands.setup import SetupOptions, SetupServer, datasets, set_up
from s1ecs.ecs.table import Layout
from s1ecs.outputs.search.client.server import Reply
from s1ecs.search_setup.installed_layout import InstalledLayout, installed_layout
from s1ecs.search_setup.lifecycle import Lifecycle
from tests.unit.search_setup.server import Documented

TELLING = ("alert", "threat")
COMPONENTS = ("GET", "/_component_template/logs-sentinel_one.*")
PIPELINES = ("GET", "/_ingest/pipeline/logs-sentinel_one.*")
DOCUMENTS = ("POST", "/logs-sentinel_one.alert-*,logs-sentinel_one.threat-*/_search")
FORBIDDEN = Reply(403, {"error": {"reason": "not allowed"}})


def component(pipeline: str) -> Reply:
    """The component template of the integration with its pipeline."""
    template = {"settings": {"index": {"default_pipeline": pipeline}}}
    named = {"name": "logs-sentinel_one.alert@package", "component_template": {"template": template}}
    return Reply(200, {"component_templates": [named]})


def versions(*found: str) -> Reply:
    """Documents with these versions of ECS."""
    buckets = [{"key": version, "doc_count": 1} for version in found]
    return Reply(200, {"aggregations": {"versions": {"buckets": buckets}}})


@pytest.mark.parametrize(
    ("replies", "layouts", "version"),
    [
        ({COMPONENTS: component("logs-sentinel_one.alert-1.42.0")}, {1}, "1.42.0"),
        ({COMPONENTS: component("logs-sentinel_one.alert-2.9.0")}, {2}, "2.9.0"),
        ({PIPELINES: Reply(200, {"logs-sentinel_one.alert-2.10.1": {}})}, {2}, "2.10.1"),
        (
            {PIPELINES: Reply(200, {"logs-sentinel_one.alert-1.42.0": {}, "logs-sentinel_one.threat-2.0.0": {}})},
            {2},
            "2.0.0",
        ),
        ({PIPELINES: Reply(200, {"logs-sentinel_one.alert@custom": {}})}, None, ""),
        ({PIPELINES: FORBIDDEN, DOCUMENTS: versions("8.11.0", "8.17.0")}, {1}, ""),
        ({DOCUMENTS: versions("9.3.0")}, {2}, ""),
        ({DOCUMENTS: versions("9.3.0", "8.11.0")}, {1, 2}, ""),
        ({PIPELINES: FORBIDDEN, DOCUMENTS: FORBIDDEN}, None, ""),
        ({}, None, ""),
    ],
)
async def test_what_tells(replies: dict[tuple[str, str], Reply], layouts: set[Layout] | None, version: str) -> None:
    """The newest version of the package counts, then the documents; what may not be read tells nothing."""
    found = await installed_layout(Documented(replies=replies), {}, TELLING)
    assert found == (None if layouts is None else InstalledLayout(frozenset(layouts), version))


async def test_without_a_stream_that_tells_no_documents_are_searched() -> None:
    """Where no stream's documents tell the layout, none are asked for, and above all not those of every index."""
    server = Documented()
    assert await installed_layout(server, {}, ()) is None
    assert [path for method, path, *_ in server.seen if method == "POST"] == []


async def test_the_package_of_a_template() -> None:
    """A version in the mark of the integration's own index template tells, one of another's does not."""
    package: dict[str, Any] = {"package": {"name": "sentinel_one", "version": "2.9.0"}}
    found = await installed_layout(Documented(), {"logs-sentinel_one.alert": {"_meta": package}}, TELLING)
    assert found == InstalledLayout(frozenset({2}), "2.9.0")
    assert await installed_layout(Documented(), {"logs-other": {"_meta": package}, "mine": {}}, TELLING) is None


@pytest.mark.parametrize(
    ("found", "set_to", "said"),
    [
        (InstalledLayout(frozenset({2}), "2.9.0"), (1,), "set layout: 2 to write the same fields (layout: 1 is set)"),
        (InstalledLayout(frozenset({1})), (1, 2), "set layout: 1 to write the same fields (layout: 1 and layout: 2"),
        (InstalledLayout(frozenset({2}), "2.9.0"), (2,), "integration 2.9.0 is installed, which writes layout 2; layo"),
        (InstalledLayout(frozenset({1, 2})), (2,), "documents of layouts 1 and 2 were found; docs/elasticsearch.md"),
    ],
)
def test_advice(found: InstalledLayout, set_to: tuple[Layout, ...], said: str) -> None:
    """One line says what was found and which setting fits."""
    assert said in found.advice(set_to)


async def test_setup_says_which_layout_fits(capsys: pytest.CaptureFixture[str]) -> None:
    """Setup shows what it found before its changes, whichever of the settings' layouts it installs."""
    server = Documented(replies={PIPELINES: Reply(200, {"logs-sentinel_one.alert-2.9.0": {}})})
    one = SetupServer(server, Lifecycle("data_stream"))
    assert await set_up([one], datasets(), SetupOptions(lambda _question: True)) == 0
    assert "search: Elastic's integration 2.9.0 is installed" in capsys.readouterr().out


def test_templates_have_the_fields_of_the_layouts() -> None:
    """A server gets the fields of those layouts that consoles have: of one, of the other, of both."""
    chosen: tuple[tuple[Layout, ...], ...] = ((1,), (2,), (1, 2))
    fields = {
        layouts: {each.name for dataset in datasets(layouts) if dataset.name == "threat" for each in dataset.fields}
        for layouts in chosen
    }
    assert "sentinel_one.site.name" not in fields[1,]
    assert "sentinel_one.threat.detection.agent.site.name" not in fields[2,]
    assert fields[1, 2] == fields[1,] | fields[2,]


def test_streams_that_tell() -> None:
    """Of unified alerts both layouts have one version of ECS, so that they tell none."""
    assert "unified_alert" not in {dataset.name for dataset in datasets() if dataset.tells_layout}
    assert {"alert", "threat", "application"} <= {dataset.name for dataset in datasets() if dataset.tells_layout}
