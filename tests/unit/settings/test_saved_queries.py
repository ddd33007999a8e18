"""Saved queries in the settings file."""

import pytest

from s1ecs.errors import SettingsError
from s1ecs.settings.saved_queries import SavedQuery

from .conftest import Loader


def test_queries_are_sql_or_a_mapping(loader: Loader) -> None:
    """A query is SQL alone, or with a description and defaults of its parameters."""
    settings = loader(
        "queries:\n"
        "  hosts: SELECT host FROM agent_latest\n"
        "  rules:\n"
        "    sql: |\n"
        "      SELECT rule FROM alert\n"
        "      WHERE time > ago(:since)\n"
        "    description: Rules\n"
        "    parameters: {since: 24h, limit: }\n"
    )
    assert settings.queries == (
        SavedQuery("hosts", "", "SELECT host FROM agent_latest"),
        SavedQuery("rules", "Rules", "SELECT rule FROM alert\nWHERE time > ago(:since)", {"since": "24h"}),
    )
    assert settings.origins["queries"] == "s1ecs.yaml line 1"
    assert loader("").queries == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("queries: [a]", "line 1: queries: must be a mapping of names to SQL, not a list"),
        ("queries:\n  a b: SELECT 1", "line 2: queries.a b: 'a b' is not allowed; allowed: up to 64 letters"),
        ("queries:\n  a:", "line 2: queries.a: must be SQL or a mapping of sql, description, parameters, not nothing"),
        ("queries:\n  a: [1]", "line 2: queries.a: must be SQL or a mapping"),
        ("queries:\n  a: {description: b}", "line 2: queries.a: has no sql"),
        ("queries:\n  a: {sql: [1]}", "line 2: queries.a.sql: must be a text, not a list"),
        ("queries:\n  a: {sql: SELECT 1, sq: 1}", "line 2: queries.a.sq: unknown key of a query"),
        ("queries:\n  a: {sql: SELECT 1, parameters: b}", "line 2: queries.a.parameters: must be a mapping of names"),
        ("queries:\n  a: {sql: SELECT 1, parameters: {b: [1]}}", "line 2: queries.a.parameters.b: must be a text"),
    ],
)
def test_wrong_queries(loader: Loader, text: str, told: str) -> None:
    """What is wrong with a query is told with its line and what is allowed."""
    with pytest.raises(SettingsError) as refused:
        loader(text)
    assert f"s1ecs.yaml {told}" in str(refused.value)


def test_queries_stand_in_the_file_only(loader: Loader) -> None:
    """A variable or an option can't hold them, and says so."""
    with pytest.raises(SettingsError, match=r"S1ECS_QUERIES: queries can only be set in the file s1ecs\.yaml"):
        loader("", {"S1ECS_QUERIES": "{a: SELECT 1}"})
    with pytest.raises(SettingsError, match=r"flag --set queries: unknown setting"):
        loader("", flags={"queries": "{a: SELECT 1}"})
