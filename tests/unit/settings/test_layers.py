from datetime import timedelta
from pathlib import Path

import pydantic
import pytest

from s1ecs.errors import SettingsError
from s1ecs.settings import OutputSettings

from .conftest import Loader

ENVIRONMENT = {"S1ECS_URL": "http://127.0.0.1:8800", "S1ECS_TOKEN": "x", "S1ECS_STATE_DIR": "./data"}


async def test_environment_alone(loader: Loader) -> None:
    """Three variables suffice for one console, which is called default."""
    settings = loader(environment=ENVIRONMENT)
    (console,) = settings.require_consoles()
    assert (console.name, console.url, await console.read_token()) == ("default", "http://127.0.0.1:8800", "x")
    assert settings.state_dir == loader.folder / "data"
    assert settings.outputs == (OutputSettings(type="store"),)


def test_three_lines(loader: Loader) -> None:
    """Three lines in a file suffice for one console."""
    settings = loader("url: X.example/web/\ntoken: abc\nstate_dir: data\n")
    assert [console.url for console in settings.consoles] == ["https://x.example"]
    assert settings.state_dir == loader.folder / "data"


def test_defaults(loader: Loader) -> None:
    """Without anything written the defaults hold, and there is no console."""
    settings = loader()
    assert settings.consoles == ()
    assert settings.state_dir == loader.folder / "s1ecs-data"
    assert settings.overlap == timedelta(minutes=10)
    assert settings.alert_reread == timedelta(days=7)
    assert settings.alert_reread_interval == timedelta(hours=1)
    assert (settings.interval, settings.initial_interval, settings.page_size) == (None, None, None)
    assert (settings.attempts, settings.tags, settings.site_ids) == (5, None, ())
    with pytest.raises(
        SettingsError, match=r"no console is configured(.|\n)*\nurl: .*\ntoken_file: .*\nstate_dir: .*$"
    ):
        settings.require_consoles()


def test_rising_order(loader: Loader) -> None:
    """File over default, environment over file, flag over environment; an empty variable counts as not set."""
    text = "page_size: 10\n"
    assert loader(text).page_size == 10
    assert loader(text, {"S1ECS_PAGE_SIZE": ""}).page_size == 10
    assert loader(text, {"S1ECS_PAGE_SIZE": "20"}).page_size == 20
    assert loader(text, {"S1ECS_PAGE_SIZE": "20"}, {"page_size": "30"}).page_size == 30


def test_key_without_value(loader: Loader) -> None:
    """A key without a value counts as not written."""
    assert loader("page_size:\ntags: ~\n").page_size is None


def test_several_consoles_inherit(loader: Loader) -> None:
    """A console's own setting is nearer than the top level, which is nearer than the default."""
    settings = loader(
        "namespace: top\ntags: [one, two]\nsite_ids: 1, 2\nconsoles:\n"
        "- {name: a, url: a.example, token: t}\n"
        "- {name: b, url: b.example, token_file: t, namespace: own, tags: [], site_ids: [225494730938493804]}\n",
        {"S1ECS_NAMESPACE": "variable", "S1ECS_PRESERVE_ORIGINAL_EVENT": "yes"},
    )
    first, second = settings.consoles
    assert (first.namespace, first.tags, first.site_ids) == ("variable", ("one", "two"), ("1", "2"))
    assert (second.namespace, second.tags, second.site_ids) == ("own", (), ("225494730938493804",))
    assert first.preserve_original_event
    assert second.preserve_original_event
    assert settings.console("b") is second
    with pytest.raises(SettingsError, match="no console 'c'; available: a, b"):
        settings.console("c")


def test_redacted_fields(loader: Loader) -> None:
    """Two fields that let others in are redacted unless said otherwise; an empty list redacts nothing."""
    tokens = ("sentinel_one.group.registration_token", "sentinel_one.agent.license.key")
    assert loader().redact == tokens
    assert loader("redact:\n- user.name\n- '@timestamp'\n").redact == ("user.name", "@timestamp")
    assert loader(environment={"S1ECS_REDACT": " user.name , sentinel_one.activity.data.Key-1 "}).redact == (
        "user.name",
        "sentinel_one.activity.data.Key-1",
    )
    assert loader("redact: []\n").redact == loader(flags={"redact": "[]"}).redact == ()
    first, second = loader(
        "consoles:\n- {name: a, url: a.example, token: t}\n- {name: b, url: b.example, token: t, redact: []}\n"
    ).consoles
    assert (first.redact, second.redact) == (tokens, ())


def test_what_documents_hold(loader: Loader) -> None:
    """Duplicate fields and threats' timelines are off, and a console may differ; without geoip there is no database."""
    (loader.folder / "city.mmdb").write_bytes(b"")
    settings = loader(
        "geoip: city.mmdb\nthreat_timeline: true\nconsoles:\n- {name: a, url: a.example, token: t}\n"
        "- {name: b, url: b.example, token: t, threat_timeline: false, preserve_duplicate_custom_fields: true}\n"
    )
    assert settings.geoip == loader.folder / "city.mmdb"
    assert [each.threat_timeline for each in settings.consoles] == [True, False]
    assert [each.preserve_duplicate_custom_fields for each in settings.consoles] == [False, True]
    assert not settings.preserve_duplicate_custom_fields
    (loader.folder / "s1ecs.yaml").unlink()
    assert (loader().geoip, loader().threat_timeline) == (None, False)


async def test_environment_means_the_only_console(loader: Loader) -> None:
    """With one console in the file, variables and flags override it, whatever way its token was given."""
    text = "consoles:\n- {name: a, url: a.example, token_file: t, namespace: own}\n"
    (console,) = loader(text, ENVIRONMENT, {"namespace": "flag"}).consoles
    assert (console.name, console.url, console.namespace) == ("a", "http://127.0.0.1:8800", "flag")
    assert console.token_file is None
    assert await console.read_token() == "x"


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"S1ECS_URL": "x.example"}, "environment S1ECS_URL: the console has no token"),
        ({"S1ECS_TOKEN": "abc"}, "environment S1ECS_TOKEN: the console has no url"),
    ],
)
def test_half_a_console_in_the_environment(loader: Loader, environment: dict[str, str], said: str) -> None:
    """Half a console in the environment hinders only the commands that need one."""
    settings = loader(environment=environment)
    assert settings.consoles == ()
    with pytest.raises(SettingsError, match=said):
        settings.require_consoles()


def test_streams_nearest_wins(loader: Loader) -> None:
    """A stream's own interval is nearer than the top level's, a console's stream nearer than both."""
    settings = loader(
        "interval: 1m\nstreams:\n  alert: {interval: 5m, initial_interval: 7d}\n  threat: {enabled: false}\n"
        "  application:\nconsoles:\n- {name: a, url: a.example, token: t}\n"
        "- {name: b, url: b.example, token: t, streams: {alert: {interval: 9m}, threat: {enabled: true}}}\n"
        "- {name: c, url: c.example, token: t, streams: [application]}\n",
        {"S1ECS_INTERVAL": "2m"},
    )
    a, b, c = settings.consoles
    minutes = {
        (console.name, name): stream.interval // timedelta(minutes=1)
        for console in settings.consoles
        for name in loader.streams
        if (stream := settings.stream(console, name)).interval
    }
    assert [minutes["a", "alert"], minutes["b", "alert"], minutes["c", "alert"]] == [5, 9, 5]
    assert minutes["a", "threat"] == 2
    assert settings.stream(b, "alert").initial_interval == timedelta(days=7)
    assert settings.stream(b, "threat").initial_interval is None
    assert settings.enabled(a) == ["alert", "application"]
    assert settings.enabled(b) == ["alert", "threat", "application"]
    assert settings.enabled(c) == ["application"]


def test_streams_by_variable(loader: Loader) -> None:
    """A variable chooses streams without dropping what the file says about them; it may be YAML too."""
    text = "url: x.example\ntoken: t\nstreams: {alert: {interval: 5m}}\n"
    settings = loader(text, {"S1ECS_STREAMS": "alert, threat"})
    (console,) = settings.consoles
    assert settings.enabled(console) == ["alert", "threat"]
    assert settings.stream(console, "alert").interval == timedelta(minutes=5)
    settings = loader(text, {"S1ECS_STREAMS": "{threat: {enabled: no}}"})
    assert settings.enabled(settings.consoles[0]) == ["alert", "application"]


def test_relative_paths(loader: Loader) -> None:
    """A relative path starts at the file's folder where the file names it, else at the working folder."""
    folder = loader.folder / "etc"
    folder.mkdir()
    (folder / "s.yaml").write_text("url: x.example\ntoken_file: t\nstate_dir: from-file\n", encoding="utf-8")
    settings = loader(file=Path("etc/s.yaml"))
    assert settings.state_dir == folder / "from-file"
    assert settings.consoles[0].token_file == folder / "t"
    assert loader(file=Path("etc/s.yaml"), flags={"state_dir": "here"}).state_dir == loader.folder / "here"
    assert loader(file=folder / "s.yaml").origins["state_dir"] == f"{folder / 's.yaml'} line 3"


def test_settings_are_frozen(loader: Loader) -> None:
    """Nobody changes settings after they were read."""
    settings = loader(environment=ENVIRONMENT)
    with pytest.raises(pydantic.ValidationError):
        settings.page_size = 3


def test_anchors(loader: Loader) -> None:
    """YAML's anchors may be used to write a thing once."""
    settings = loader(
        "consoles:\n- {name: a, url: a.example, token_file: &file t}\n- {name: b, url: b.example, token_file: *file}\n"
    )
    assert settings.consoles[0].token_file == settings.consoles[1].token_file


def test_empty_file(loader: Loader) -> None:
    """A file without settings is as good as none."""
    assert loader("# nothing yet\n").consoles == ()
    assert loader("\ufeff").consoles == ()
