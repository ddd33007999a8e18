"""From settings to search servers: logins from the settings and from files."""

from pathlib import Path
from typing import Any

import pytest

from s1ecs.bootstrap.search_outputs import search_settings
from s1ecs.errors import OutputError
from s1ecs.outputs.search.client.login import api_key, basic, bearer
from s1ecs.settings import OutputSettings, load


def output(folder: Path, **values: str) -> OutputSettings:
    """An output with these settings."""
    given = "".join(f", {key}: '{value}'" for key, value in values.items())
    (folder / "s1ecs.yaml").write_text(f"outputs: [{{type: elasticsearch, hosts: 'https://h'{given}}}]")
    return load(file=None, environment={}, flags={}, streams=["alert"], working_folder=folder).outputs[0]


@pytest.mark.parametrize(
    ("given", "header"),
    [
        ({}, None),
        ({"username": "u", "password": "p w"}, basic("u", "p w")),
        ({"username": "u", "password_file": "secret"}, basic("u", "from file")),
        ({"api_key": "id:key"}, api_key("id:key")),
        ({"bearer": "t"}, bearer("t")),
    ],
)
def test_login(tmp_path: Path, given: dict[str, Any], header: str | None) -> None:
    """Each way to log in gives its header; a file's line break at its end is no part of it."""
    (tmp_path / "secret").write_text("from file\n")
    settings = search_settings(output(tmp_path, **given))
    assert settings.login() == header
    assert "from file" not in repr(settings)
    assert (settings.name, settings.hosts) == ("elasticsearch", ("https://h:443",))


def test_login_is_read_anew(tmp_path: Path) -> None:
    """A file is read each time, and one that can't be is one line with its name, without what is in it."""
    file = tmp_path / "key"
    login = search_settings(output(tmp_path, api_key_file="key", name="mine")).login
    with pytest.raises(OutputError, match=r"^mine: api_key_file .*key: no such file"):
        login()
    for text in ("a", "b"):
        file.write_text(text)
        assert login() == api_key(text)
    file.write_text("two words")
    with pytest.raises(OutputError, match=r"^mine: api_key_file .*key: is not a token") as raised:
        login()
    assert "two words" not in str(raised.value)
