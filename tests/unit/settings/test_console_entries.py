"""Consoles that are kept outside of the settings file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from s1ecs.errors import SettingsError
from s1ecs.settings import ConsoleEntry, ConsoleSettings
from s1ecs.settings.portable import portable
from s1ecs.settings.raw_values import raw_value

from .conftest import Loader

REST = {"url": "europe.example", "token_file": "/run/secrets/europe"}
LIKE_TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9."


def built(
    loader: Loader, top: str = "", environment: Mapping[str, str] | None = None, **values: Any
) -> ConsoleSettings:
    """The console of an entry beside a settings file."""
    entry = ConsoleEntry("europe", {**REST, **values}, "console europe")
    return loader(top, environment).build(entry)


def test_an_entry_is_a_console_of_the_settings_file(loader: Loader) -> None:
    """The same keys mean the same as in the list `consoles` of the file, and the top of the file is inherited."""
    top = "interval: 2m\nnamespace: emea\n"
    values: Mapping[str, Any] = {
        "streams": {"alert": {"interval": "30s"}},
        "layout": 2,
        "preserve_original_event": True,
        "tags": ["a"],
    }
    listed = (
        "consoles:\n- name: europe\n  url: europe.example\n  token_file: /run/secrets/europe\n  layout: 2\n"
        "  streams: {alert: {interval: 30s}}\n  preserve_original_event: true\n  tags: [a]\n"
    )
    assert built(loader, top, **values) == loader(top + listed).consoles[0]


def test_the_address_and_token_of_the_top_are_not_inherited(loader: Loader) -> None:
    """A token that was given for one console is never sent to another."""
    with pytest.raises(SettingsError, match="the console has no token"):
        built(loader, "", {"S1ECS_TOKEN": "secret-secret", "S1ECS_URL": "https://one.example"}, token_file=None)
    console = built(loader, "", {"S1ECS_TOKEN": "secret-secret", "S1ECS_ACTION_TOKEN": "more-secret"})
    assert (console.token, console.has_action_token, console.url) == (None, False, "https://europe.example")


@pytest.mark.parametrize(
    ("key", "value", "cure"),
    [
        ("token", LIKE_TOKEN, "use token_file, token_env or token_command"),
        ("action_token", LIKE_TOKEN, "use action_token_file, action_token_env or action_token_command"),
        ("token_command", f"print-token --token {LIKE_TOKEN}", "use token_file, token_env or token_command"),
        ("proxy", f"http://me:{LIKE_TOKEN}@proxy.example:3128", "leave the secret out"),
    ],
)
def test_secrets_are_refused(loader: Loader, key: str, value: str, cure: str) -> None:
    """A secret in any form is refused with a cure, and is not repeated."""
    with pytest.raises(SettingsError) as caught:
        loader().build(ConsoleEntry("europe", {**REST, key: value}, "console europe"))
    line = f"console europe: {key}: contains a secret, and s1ecs does not keep secrets of consoles in its state; {cure}"
    assert line in str(caught.value).splitlines()
    assert LIKE_TOKEN not in str(caught.value)


def test_all_that_is_wrong_is_told_at_once(loader: Loader) -> None:
    """Each fault is a line with the console and the key."""
    with pytest.raises(SettingsError) as caught:
        built(loader, interval="5x", colour="red", token_file="europe.token", streams={"alert": {"enabled": "perhaps"}})
    assert [line.partition(": ")[2].partition(":")[0] for line in sorted(str(caught.value).splitlines())] == [
        "colour",
        "interval",
        "streams.alert.enabled",
        "token_file",
    ]


def test_paths_become_absolute(tmp_path: Path) -> None:
    """A path of a file or of a command line starts at its folder, and is kept so that every machine finds it."""
    given = {"token_file": "one.token", "ca_file": "/etc/ca.pem", "interval": "1m", "streams": ["alert"], "tags": None}
    values = {key: raw_value(value, "here", key, tmp_path) for key, value in given.items()}
    assert portable(values) == {
        "token_file": str(tmp_path / "one.token"),
        "ca_file": "/etc/ca.pem",
        "interval": "1m",
        "streams": ["alert"],
    }


def test_consoles_replace_those_of_the_file(loader: Loader) -> None:
    """With other consoles, nothing of those of the file stays."""
    settings = loader("consoles:\n- {name: old, url: old.example, token: t}\n")
    europe = settings.build(ConsoleEntry("europe", REST, "console europe"))
    other = settings.with_consoles([europe], {"asia": "no such file"}, "none is collected")
    assert (other.require_consoles(), other.console_faults) == ((europe,), {"asia": "no such file"})
    with pytest.raises(SettingsError, match="none is collected"):
        settings.with_consoles([], {}, "none is collected").require_consoles()
    assert not any(name.startswith("consoles.old.") for name in other.origins)
