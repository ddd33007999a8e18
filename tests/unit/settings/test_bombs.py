"""Settings files that would fill the memory of who reads them."""

from pathlib import Path

import pytest

from s1ecs.bootstrap.search_outputs import search_settings
from s1ecs.errors import OutputError, SettingsError
from s1ecs.settings.secrets import token_from_file

from .conftest import Loader

ALIASES = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
WIDE = "a: &a [" + "x," * 2_000 + "x]\nb: [" + ",".join(["*a"] * 90) + "]\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"url: https://h\n{ALIASES}", r"s1ecs\.yaml line \d+: more than 100000 values"),
        (f"url: https://h\n{ALIASES.replace('i: ', 'tags: ')}", r"s1ecs\.yaml line \d+: more than 100000 values"),
        ("tags:\n- &a x\n" + "- *a\n" * 200, r"s1ecs\.yaml line 103: more than 100 aliases"),
        (WIDE, r"s1ecs\.yaml line \d+: more than 100000 values"),
        ("url: https://h\ntags: " + "[" * 60 + "]" * 60, r"s1ecs\.yaml line 2: not usable: nested too deeply"),
        ("tags: " + "[" * 100_000, r"s1ecs\.yaml line 1: not usable: nested too deeply"),
        ("# " + "x" * 1_000_000, r"s1ecs\.yaml: larger than 1 MB"),
    ],
    ids=["bomb", "tags", "aliases", "values", "deep", "deepest", "large"],
)
def test_a_bomb_is_refused_where_it_stands(loader: Loader, text: str, words: str) -> None:
    """Too many aliases, values, levels or bytes are refused with file and line, before they are followed."""
    with pytest.raises(SettingsError, match=words):
        loader(text)


def test_a_bomb_in_a_variable(loader: Loader) -> None:
    """What stands in the environment has the same limits, and no line."""
    with pytest.raises(SettingsError, match="environment S1ECS_TAGS: not usable: nested too deeply"):
        loader(environment={"S1ECS_TAGS": "[" * 60 + "]" * 60})


def test_aliases_of_people(loader: Loader) -> None:
    """What many consoles share may stand once in the file."""
    consoles = "\n".join(
        f"  - {{name: c{n}, url: h{n}.example, token: t, site_ids: {'&s [1, 2]' if not n else '*s'}}}"
        for n in range(90)
    )
    settings = loader(f"consoles:\n{consoles}")
    assert {console.site_ids for console in settings.consoles} == {("1", "2")}


def test_a_token_of_a_gigabyte() -> None:
    """A file of a token that has no end is not read into memory."""
    with pytest.raises(SettingsError, match="token_file /dev/zero: is larger than 65536 bytes"):
        token_from_file(Path("/dev/zero"))


def test_a_password_of_a_gigabyte(loader: Loader) -> None:
    """The same of the file of a search server's password."""
    settings = loader("outputs: [{type: opensearch, hosts: 'https://h', username: u, password_file: /dev/zero}]")
    with pytest.raises(OutputError, match="password_file /dev/zero: is larger than 65536 bytes"):
        search_settings(settings.outputs[0]).login()
