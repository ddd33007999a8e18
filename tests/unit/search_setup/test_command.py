"""How the command shows, asks and ends, over several servers."""

import json
from typing import Any

import pytest

from s1ecs.commands.setup import SetupOptions, SetupServer, datasets, retention_of, set_up
from s1ecs.outputs.search.client.server import Reply
from s1ecs.search_setup.lifecycle import Lifecycle
from s1ecs.settings import OutputSettings
from s1ecs.streams import STREAMS
from tests.unit.search_setup.server import Documented

REJECTED = {("POST", "/_index_template/_simulate"): Reply(401, {"error": {"reason": "who are you"}})}


def target(name: str, **more: Any) -> SetupServer:
    """A server of this name, on which nothing is installed."""
    return SetupServer(Documented(name=name, **more), Lifecycle("data_stream", 30))


def seen(made: SetupServer) -> Documented:
    """The server of a target, as what it is."""
    assert isinstance(made.server, Documented)
    return made.server


async def test_no_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever answers no gets nothing changed and exit status 1; the question tells how many changes."""
    one = target("one")
    questions: list[str] = []

    def disagree(question: str) -> bool:
        questions.append(question)
        return False

    assert await set_up([one], datasets(), SetupOptions(disagree)) == 1
    assert seen(one).changes == []
    creates = capsys.readouterr().out.count("one: create ")
    assert questions == [f"Apply {creates} changes to one?"]


async def test_one_server_in_trouble_keeps_no_other_from_it(capsys: pytest.CaptureFixture[str]) -> None:
    """A rejected login is one line and exit status 1; the other server is set up all the same."""
    bad, good = target("bad", replies=REJECTED), target("good")
    assert await set_up([bad, good], datasets(), SetupOptions(lambda _question: True)) == 1
    captured = capsys.readouterr()
    [line] = [line for line in captured.err.splitlines() if "bad" in line]
    assert line.startswith(
        "s1ecs: bad: the credentials are rejected: check user and password, or the API key (HTTP 401"
    )
    assert len(seen(good).changes) > len(STREAMS)
    assert seen(bad).changes == []


async def test_dry_run_names_the_output_of_each_request(capsys: pytest.CaptureFixture[str]) -> None:
    """One JSON array for all outputs, on standard output alone; nobody is asked and nothing sent."""
    one, two = target("one"), target("two")
    assert await set_up([one, two], datasets(), SetupOptions(lambda _question: False, dry_run=True)) == 0
    printed = json.loads(capsys.readouterr().out)
    assert {each["output"] for each in printed} == {"one", "two"}
    assert seen(one).changes + seen(two).changes == []


async def test_failure_in_the_middle_says_how_far_it_came(capsys: pytest.CaptureFixture[str]) -> None:
    """A request that the server refuses ends that server's changes with how many were made, and exit status 1."""
    replies = {("PUT", "/_component_template/s1ecs-ecs"): Reply(400, {"error": {"reason": "too old"}})}
    assert await set_up([target("one", replies=replies)], datasets(), SetupOptions(lambda _question: True)) == 1
    captured = capsys.readouterr()
    assert captured.out.splitlines()[-1].startswith("one: 1 of ")
    assert captured.err == "s1ecs: one: PUT /_component_template/s1ecs-ecs: HTTP 400: too old\n"


def test_every_stream_and_the_inventories_latest_state() -> None:
    """All streams are installed; those whose records are states of something have indices of the latest."""
    assert {dataset.name for dataset in datasets()} >= set(STREAMS)
    latest = {dataset.name for dataset in datasets() if dataset.latest}
    assert latest == set(STREAMS) - {"activity"}


@pytest.mark.parametrize(
    ("output", "kept"),
    [
        (OutputSettings(type="opensearch", values={"keep_days": 9}), Lifecycle("ism", 9)),
        (OutputSettings(type="elasticsearch", values={"keep_days": None, "lifecycle": "ilm"}), Lifecycle("ilm")),
        (
            OutputSettings(type="elasticsearch", values={"keep_days": 9, "lifecycle": "data_stream"}),
            Lifecycle("data_stream", 9),
        ),
    ],
)
def test_retention_of_the_settings(output: OutputSettings, kept: Lifecycle) -> None:
    """The output's settings choose days and means; OpenSearch has one means only."""
    assert retention_of(output) == kept
