"""`s1ecs settings` for people."""

from pathlib import Path

import pytest

from s1ecs.commands.settings import print_settings
from s1ecs.settings import load
from s1ecs.streams import STREAMS

ONE = "url: https://a.example\ntoken: a-token\nsite_ids: [1]\nstreams: {alert: {interval: 5m}}\n"
TWO = (
    "tags: [x]\nconsoles:\n"
    "- {name: a, url: 'https://a.example', token: a-token, site_ids: [1]}\n"
    "- {name: b, url: 'https://b.example', token: b-token}\n"
)


def lines(folder: Path, text: str, capsys: pytest.CaptureFixture[str], *, verbose: bool = False) -> dict[str, str]:
    """What is printed for a file, by the first word of each line."""
    (folder / "s1ecs.yaml").write_text(text)
    settings = load(file=None, environment={}, flags={}, streams=list(STREAMS), working_folder=folder)
    print_settings(settings, verbose=verbose)
    return {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}


def test_one_console(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The settings of a single console have the names of the file, each once; those that were changed come first."""
    found = lines(tmp_path, ONE, capsys)
    names = list(found)
    assert not [name for name in names if name.startswith("consoles.")]
    assert set(names[1:5]) == {"url", "token", "site_ids", "streams.alert.interval"}
    assert found["url"].split() == ["url", "https://a.example", "s1ecs.yaml", "line", "1"]
    assert found["token"].split()[1] == "***"
    assert "description" not in found["setting"]
    assert "description" in lines(tmp_path, ONE, capsys, verbose=True)["setting"]


def test_several_consoles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of several consoles only what is their own is listed; what they inherit stands once."""
    names = [name for name in lines(tmp_path, TWO, capsys) if name.startswith("consoles.")]
    assert names == [
        "consoles.a.url",
        "consoles.a.token",
        "consoles.a.site_ids",
        "consoles.b.url",
        "consoles.b.token",
    ]
