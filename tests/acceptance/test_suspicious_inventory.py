"""A complete walk that lacks most of an inventory, as the installed command meets it."""

import json
import re

from .conftest import Commands


def test_most_of_an_inventory_is_gone_only_after_a_second_walk(commands: Commands) -> None:
    """Narrowed to the smallest site, the first walk marks nothing as gone and warns; the second one confirms."""
    commands.ok("collect", "application_risk", "agent")
    [site] = commands.query(
        "SELECT document ->> '$.sentinel_one.agent.site.id' AS id, count(*) AS n FROM agent"
        " GROUP BY 1 ORDER BY 2 LIMIT 1"
    )
    [[before]] = [row.values() for row in commands.query("SELECT count(*) FROM application_risk_latest")]
    narrowed = {"S1ECS_SITE_IDS": site["id"], "S1ECS_STREAMS": "application_risk"}
    gone = "SELECT count(*) AS n FROM application_risk_latest WHERE gone"
    first = commands.run("collect", "application_risk", "--full", **narrowed)
    assert first.returncode == 0, first.stderr
    told = re.search(r"found only ([0-9]+) of ([0-9]+) known entities", first.stderr)
    assert told, first.stderr
    assert int(told[2]) == before
    assert commands.query(gone) == [{"n": 0}]
    assert told[0] in commands.ok("streams", **narrowed)
    shown = commands.run("status", "--json", **narrowed)
    assert shown.returncode == 1
    assert any(told[0] in line["text"] for line in json.loads(shown.stdout))
    second = commands.run("collect", "application_risk", "--full", **narrowed)
    assert "known entities" not in second.stderr
    assert commands.query(gone) == [{"n": before - int(told[1])}]
    assert commands.run("status", **narrowed).returncode == 0
