from pathlib import Path

from s1ecs.settings import ConsoleSettings, Settings, StreamSettings, settings_page, show
from s1ecs.settings.setting import Level
from s1ecs.settings.table import OWN, TABLE, rows

from .conftest import Loader

SECRET = "eyJ-very-secret"


def test_every_setting_with_its_source(loader: Loader) -> None:
    """Each row tells the value, where it was written, the default and what it is for."""
    settings = loader(
        f"consoles:\n- name: a\n  url: a.example\n  token: {SECRET}\nstreams:\n  alert: {{interval: 5m}}\n"
        f"proxy: http://u:{SECRET}@p\noverlap: 90s\n",
        {"S1ECS_SITE_IDS": "1,2"},
        {"page_size": "7"},
    )
    shown = {row.name: row for row in show(settings)}
    found = {name: (row.value, row.source) for name, row in shown.items()}
    assert found["overlap"] == ("1m30s", "s1ecs.yaml line 8")
    assert found["page_size"] == ("7", "flag --set page_size")
    assert found["site_ids"] == ("1, 2", "environment S1ECS_SITE_IDS")
    assert found["attempts"] == ("5", "default")
    assert found["outputs"] == ("store", "default")
    assert found["consoles.a.url"] == ("https://a.example", "s1ecs.yaml line 3")
    assert found["consoles.a.token"] == ("***", "s1ecs.yaml line 4")
    assert found["consoles.a.proxy"] == ("http://***@p", "s1ecs.yaml line 7")
    assert found["consoles.a.streams.alert.interval"] == ("5m", "s1ecs.yaml line 6")
    assert shown["overlap"].default == "10m"
    assert SECRET not in str(show(settings))
    assert all(row.help.endswith(".") for row in show(settings))


def test_own_settings_of_an_output(loader: Loader) -> None:
    """An output is shown with those of its own settings that were set."""
    shown = {row.name: row for row in show(loader("outputs: [{type: store, keep_days: 30, keep_size: 1500MB}]"))}
    assert shown["outputs"].value == "store (keep_days 30, keep_size 1500MB)"


def test_settings_without_console(loader: Loader) -> None:
    """Without a console its settings are shown as not set."""
    shown = {row.name: row.value for row in show(loader())}
    assert {shown[name] for name in OWN} == {"not set"}
    assert set(shown) == set(rows(Level.TOP))


def test_redacted_fields_in_words(loader: Loader) -> None:
    """The redacted fields are listed by name; that there are none is said."""
    (row,) = [row for row in show(loader("redact: []\n")) if row.name == "redact"]
    assert (row.value, row.default) == (
        "none",
        "sentinel_one.group.registration_token, sentinel_one.agent.license.key",
    )


def test_table_and_models_agree() -> None:
    """Every field of the settings is described, at the levels where it may be given, and none twice."""
    assert set(Settings.model_fields) == set(rows(Level.TOP)) - {*OWN, "streams"} | {
        "origins",
        "gap",
        "build",
        "console_faults",
    }
    assert set(ConsoleSettings.model_fields) == set(rows(Level.CONSOLE))
    assert set(StreamSettings.model_fields) == set(rows(Level.STREAM))
    assert len({row.name for row in TABLE}) == len(TABLE)


def test_page() -> None:
    """docs/settings.md is what the table says; `make docs` writes it."""
    page = Path(__file__).parents[3] / "docs" / "settings.md"
    assert page.read_text(encoding="utf-8") == settings_page()
