import sys

import pytest

from s1ecs.errors import SettingsError
from s1ecs.settings import ConsoleSettings, ProxyAddress, Secret
from s1ecs.settings.secrets import token_from_command

from .conftest import Loader

SECRET = "eyJ-very-secret"


def console_with(loader: Loader, line: str) -> ConsoleSettings:
    """The console of a file with this line for its token."""
    return loader(f"url: x.example\n{line}\n").consoles[0]


async def test_token_file_is_read_anew(loader: Loader) -> None:
    """A token renewed in its file is taken at the next reading."""
    path = loader.folder / "token.txt"
    console = console_with(loader, "token_file: token.txt")
    path.write_text("first\n", encoding="utf-8")
    assert await console.read_token() == "first"
    path.write_text("  second  \r\n", encoding="utf-8")
    assert await console.read_token() == "second"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no such file; write the token into it"),
        (b" \n", "is empty; write the token into it"),
        (b"\xff\xfe", "is not a text file"),
        (b"two\nlines", "is not a token"),
    ],
)
async def test_bad_token_files(loader: Loader, content: bytes | None, said: str) -> None:
    """A token file that holds no token is named in one line."""
    path = loader.folder / "token.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        await console_with(loader, "token_file: token.txt").read_token()
    assert str(caught.value).startswith(f"default: token_file {path}: {said}")
    assert "\n" not in str(caught.value)


async def test_token_command(loader: Loader) -> None:
    """What a command prints is the token, without its line end."""
    command = f"""token_command: {sys.executable} -c 'print("abc")'"""
    assert await console_with(loader, command).read_token() == "abc"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("print('hush'); raise SystemExit(3)", "exited with status 3"),
        ("", "is empty; it must print the token"),
        ("print('hush hush')", "is not a token"),
        ("import time; time.sleep(20)", "did not finish within 1 s"),
    ],
)
async def test_bad_token_commands(capfd: pytest.CaptureFixture[str], code: str, said: str) -> None:
    """A command that fails is named in one line without anything it printed."""
    with pytest.raises(SettingsError, match=said) as caught:
        await token_from_command(f'{sys.executable} -c "{code}"', seconds=1 if "sleep" in code else 20)
    assert "hush" not in str(caught.value) + "".join(capfd.readouterr())
    assert "\n" not in str(caught.value)


async def test_token_program_is_missing() -> None:
    """A program that does not exist is named."""
    with pytest.raises(SettingsError, match="token_command 'no-such-program': no such program"):
        await token_from_command("no-such-program --now")


async def test_no_shell() -> None:
    """A command is run without a shell: what a shell would act upon is an ordinary argument."""
    with pytest.raises(SettingsError, match="is not a token"):
        await token_from_command("echo a; echo b")


async def test_secrets_print_as_stars(loader: Loader) -> None:
    """A secret shows in no text, no dump, no format of the settings that hold it."""
    settings = loader(
        f"url: x.example\ntoken: {SECRET}\nproxy: http://user:{SECRET}@proxy.example:3128\n",
    )
    shown = f"{settings} {settings!r} {settings.model_dump()} {settings.model_dump_json()}"
    assert SECRET not in shown
    assert "***" in shown
    assert str(Secret(SECRET)) == "***"
    assert str(settings.proxy) == "http://***@proxy.example:3128"
    assert str(ProxyAddress("http://proxy.example")) == "http://proxy.example"
    assert await settings.consoles[0].read_token() == SECRET
    assert settings.proxy is not None
    assert SECRET in settings.proxy.reveal()


async def test_token_that_is_a_number(loader: Loader) -> None:
    """A token is taken as written, even where YAML would see a number."""
    assert await console_with(loader, "token: 0123").read_token() == "0123"


async def test_the_token_of_actions_is_one_of_its_own(loader: Loader) -> None:
    """A console reads its token of actions from its own place; where there is none, what to set is told."""
    console = console_with(loader, "token: one\naction_token_file: two.txt")
    with pytest.raises(SettingsError, match=r"default: action_token_file .*two\.txt: no such file"):
        await console.read_action_token()
    (loader.folder / "two.txt").write_text("two\n", encoding="utf-8")
    assert (await console.read_token(), await console.read_action_token()) == ("one", "two")
    with pytest.raises(SettingsError, match=r"no action_token is set.*S1ECS_ACTION_TOKEN"):
        await console_with(loader, "token: one").read_action_token()


def test_a_token_of_actions_belongs_to_one_console(loader: Loader) -> None:
    """Beside a list of consoles, and from the environment for several of them, it is refused."""
    listed = "consoles:\n  - {name: a, url: x.example, token: t}\n  - {name: b, url: y.example, token: t}\n"
    with pytest.raises(SettingsError, match=r"action_token.*cannot be combined with consoles"):
        loader(f"action_token: secret-secret\n{listed}")
    with pytest.raises(SettingsError, match=r"S1ECS_ACTION_TOKEN.*not clear which one is meant") as caught:
        loader(listed, environment={"S1ECS_ACTION_TOKEN": "secret-secret"})
    assert "secret-secret" not in str(caught.value)


async def test_token_from_the_environment(loader: Loader, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token is taken from the variable that is named; a missing or unusable one is named, not its content."""
    console = console_with(loader, "token_env: EUROPE_TOKEN\naction_token_env: EUROPE_ACTION_TOKEN")
    with pytest.raises(SettingsError, match=r"^default: token_env EUROPE_TOKEN: no such environment variable"):
        await console.read_token()
    monkeypatch.setenv("EUROPE_TOKEN", "eyJ one\n")
    with pytest.raises(SettingsError, match=r"^default: token_env EUROPE_TOKEN: is not a token") as caught:
        await console.read_token()
    assert "eyJ" not in str(caught.value)
    monkeypatch.setenv("EUROPE_TOKEN", "one\n")
    monkeypatch.setenv("EUROPE_ACTION_TOKEN", "two")
    assert (await console.read_token(), await console.read_action_token()) == ("one", "two")


def test_a_token_instead_of_a_variable_is_not_repeated(loader: Loader) -> None:
    """A token that is written where the name of a variable belongs is refused without being shown."""
    with pytest.raises(SettingsError, match="token_env: looks like the token itself") as caught:
        console_with(loader, f"token_env: {SECRET}")
    assert SECRET not in str(caught.value)
