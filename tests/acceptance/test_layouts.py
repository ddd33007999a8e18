"""Both layouts with the real process: the same console, collected twice."""

import json

import pytest

from s1ecs.streams import STREAMS

from .conftest import MOMENT, Commands, Start

# Columns whose values are other ones in layout 2: there a domain is split from a name of a user.
_SPLIT = {"threat": {"user"}}


@pytest.fixture(scope="module")
def layouts(start_standin: Start, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Commands]:
    """A small console in the stores of two collectors, one for each layout."""
    address = start_standin("--agents", "6", "--now", MOMENT)
    made = {}
    for layout in (1, 2):
        commands = Commands(tmp_path_factory.mktemp(f"layout{layout}"), address)
        commands.environment |= {"S1ECS_LAYOUT": str(layout), "S1ECS_THREAT_SEVERITY": str(layout == 2).lower()}
        commands.ok("collect", S1ECS_INITIAL_INTERVAL="3650d")
        made[layout] = commands
    return made


@pytest.mark.parametrize("stream", STREAMS)
def test_views_are_the_same(layouts: dict[int, Commands], stream: str) -> None:
    """The views of a store have the same ids and columns in both layouts, and the same values."""
    columns = ["id", "time", *(column.name for column in STREAMS[stream].view)]
    chosen = [name for name in columns if name not in _SPLIT.get(stream, ())]
    # An inventory without a time of its own has that of its collection.
    chosen = [name for name in chosen if not (name == "time" and stream == "application")]
    listed = ", ".join(f'"{name}"' for name in chosen)
    sql = f'SELECT {listed} FROM "{stream}" ORDER BY id'  # noqa: S608 - names of ours
    first, second = (commands.query(sql) for commands in layouts.values())
    assert first == second
    assert first


def test_documents_are_those_of_the_layout(layouts: dict[int, Commands]) -> None:
    """Documents of layout 2 have its fields and version; with threat_severity threats have a severity."""
    for layout, commands in layouts.items():
        rows = commands.query("SELECT stream, document FROM documents WHERE stream IN ('agent', 'threat')")
        for row in rows:
            document = json.loads(row["document"])
            assert document["ecs"]["version"] == {1: "8.11.0", 2: "9.3.0"}[layout]
            assert ("site" in document["sentinel_one"]) == (layout == 2)
            assert (document["event"].get("severity") in {47, 73, 99}) == (layout == 2 and row["stream"] == "threat")


def test_another_layout_repeats_nothing(layouts: dict[int, Commands]) -> None:
    """A collector that changes its layout goes on with its store: nothing comes twice, rows and words stay right."""
    commands = layouts[1]
    before = commands.query("SELECT count(*) AS n FROM documents")
    commands.ok("collect", "--full", S1ECS_LAYOUT="2")
    assert commands.query("SELECT count(*) AS n FROM documents") == before
    commands.ok("store", "--check")
