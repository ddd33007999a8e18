"""`s1ecs init` without a console: answers, questions and the files that are written."""

import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from s1ecs.commands.init import init as init_module
from s1ecs.commands.init import questions
from s1ecs.commands.init.answers import InitOptions
from s1ecs.commands.init.init import init
from s1ecs.errors import S1ecsError
from s1ecs.settings import Settings, load
from s1ecs.streams import STREAMS

URL = "https://example.sentinelone.net"
Run = Callable[..., int]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with files of secrets."""
    monkeypatch.chdir(tmp_path)
    for name in ("token", "key", "password"):
        (tmp_path / name).write_text(f"the-{name}\n")
    return tmp_path


@pytest.fixture
def written(folder: Path) -> Run:
    """Runs init without checks; scripts and people alike."""

    def run(**options: object) -> int:
        plain = InitOptions(Path("s1ecs.yaml"), url=URL, token_file=Path("token"), checks=False)
        # Where a check fails, once is enough.
        environment = {"HOME": str(folder), "S1ECS_ATTEMPTS": "1"}
        return init(replace(plain, **options), environment)  # type: ignore[arg-type] # rows of tests

    return run


def loaded(folder: Path, name: str = "s1ecs.yaml") -> Settings:
    """The settings as every other command loads them."""
    return load(file=Path(name), environment={}, flags={}, streams=list(STREAMS), working_folder=folder)


def answering(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[tuple[str, bool]]:
    """Answer the questions in turn, "" by the default; the questions that are asked, and whether secret."""
    asked: list[tuple[str, bool]] = []
    rest = list(answers)

    def ask(question: str, *, default: str | None = None, secret: bool = False) -> str:
        asked.append((question, secret))
        return rest.pop(0) or str(default)

    monkeypatch.setattr(questions, "ask", ask)
    return asked


def test_a_script_that_names_an_existing_token_file(folder: Path, written: Run) -> None:
    """The file is used where it is, the store is the output, and every other command finds its settings."""
    assert written() == 0
    settings = loaded(folder)
    [console] = settings.consoles
    assert (console.url, console.token_file, settings.state_dir) == (URL, folder / "token", folder / "s1ecs-data")
    assert [output.type for output in settings.outputs] == ["store"]
    assert sorted(path.name for path in folder.iterdir()) == ["key", "password", "s1ecs.yaml", "token"]


@pytest.mark.parametrize(
    ("options", "key", "value"),
    [
        ({"outputs": ("files",)}, "path", "documents"),
        ({"outputs": ("files",), "files_path": "a b: #c"}, "path", "a b: #c"),
        ({"outputs": ("files",), "files_path": "-"}, "path", None),
        ({"outputs": ("opensearch",), "hosts": ("a:1", "b:2")}, "hosts", ("https://a:1", "https://b:2")),
        (
            {"outputs": ("elasticsearch",), "hosts": ("a:1",), "api_key_file": Path("key")},
            "api_key_file",
            "key",
        ),
        (
            {"outputs": ("opensearch",), "hosts": ("a:1",), "username": "null", "password_file": Path("password")},
            "username",
            "null",
        ),
    ],
)
def test_outputs_by_options(folder: Path, written: Run, options: dict[str, object], key: str, value: object) -> None:
    """Each output is written as its options say, whatever characters they hold."""
    assert written(**options) == 0
    [output] = loaded(folder).outputs
    found = output.values[key]
    assert (str(found.relative_to(folder)) if isinstance(found, Path) else found) == value


def test_questions(folder: Path, written: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What no option answers is asked, again where the answer can't be used; secrets are hidden, their files 0600."""
    answers = (
        "ftp://x",
        URL,
        "a token",
        "a-token",
        "store, elastic",
        "store,elasticsearch",
        "search:9200",
        "",
        "a-key",
    )
    asked = answering(monkeypatch, *answers)
    assert written(url=None, token_file=None, asks=True) == 0
    assert [question.split()[0] for question, secret in asked if secret] == ["API", "API", "API"]
    settings = loaded(folder)
    assert [output.type for output in settings.outputs] == ["store", "elasticsearch"]
    assert settings.outputs[1].values["api_key_file"] == folder / "elasticsearch-api-key.txt"
    for name, secret in (("token.txt", "a-token\n"), ("elasticsearch-api-key.txt", "a-key\n")):
        assert (folder / name).read_text() == secret
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
        assert secret.strip() not in (folder / "s1ecs.yaml").read_text()


def test_files_elsewhere(folder: Path, written: Run) -> None:
    """Settings in another folder name what lies elsewhere by its whole path, and what lies beside them by its name."""
    assert written(file=Path("etc/s1ecs.yaml"), state_dir="state", outputs=("files",)) == 0
    settings = loaded(folder, "etc/s1ecs.yaml")
    assert settings.consoles[0].token_file == folder / "token"
    assert settings.state_dir == folder / "state"
    assert settings.outputs[0].values["path"] == folder / "etc" / "documents"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"url": None}, "--url"),
        ({"url": "ftp://x"}, "not the address of a console"),
        ({"token_file": None}, "--token-stdin"),
        ({"token_stdin": True}, "would overwrite token"),
        ({"outputs": ("kafka",)}, "available: store, files"),
        ({"outputs": ("elasticsearch",)}, "--host"),
        ({"outputs": ("elasticsearch", "opensearch"), "hosts": ("a:1",)}, "one of"),
        ({"outputs": ("store",), "hosts": ("a:1",)}, "--output elasticsearch"),
        ({"outputs": ("store", "store")}, "twice"),
        ({"outputs": ("store",), "files_path": "a"}, "--output files"),
        ({"outputs": ("opensearch",), "hosts": ("a:1",), "username": "u"}, "--password-file"),
        ({"outputs": ("opensearch",), "hosts": ("a:1",), "api_key_file": Path("missing")}, "No such file"),
        ({"file": Path("token")}, "not overwritten"),
        ({"file": Path("token/s1ecs.yaml")}, "File exists"),
    ],
)
def test_what_cannot_be_done(folder: Path, written: Run, options: dict[str, object], told: str) -> None:
    """A mistake is one error with status 2, and nothing is written."""
    before = sorted(folder.iterdir())
    with pytest.raises(S1ecsError, match=told) as error:
        written(**options)
    assert error.value.exit_status == 2
    assert sorted(folder.iterdir()) == before


def test_a_token_file_is_not_overwritten(folder: Path, written: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of the default name is refused before anything is asked."""
    (folder / "token.txt").touch()
    asked = answering(monkeypatch)
    with pytest.raises(S1ecsError, match="to use its token"):
        written(url=None, token_file=None, asks=True)
    assert asked == []


@pytest.mark.parametrize("wanted", [True, False])
def test_a_failed_check(folder: Path, written: Run, monkeypatch: pytest.MonkeyPatch, wanted: bool) -> None:  # noqa: FBT001 - a row
    """Where a check fails nothing is written, unless the user says so."""
    asked: list[str] = []

    def confirm(question: str) -> bool:
        asked.append(question)
        return wanted

    monkeypatch.setattr(init_module, "confirm", confirm)
    status = written(url="http://127.0.0.1:1", checks=True, asks=True, outputs=("store",))
    assert (status, (folder / "s1ecs.yaml").exists()) == ((0, True) if wanted else (1, False))
    assert len(asked) == 1


def test_variables_that_override_the_file(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """Who has set the token in the environment, too, is told that it wins."""
    plain = InitOptions(Path("s1ecs.yaml"), url=URL, token_file=Path("token"), checks=False)
    assert init(plain, {"S1ECS_TOKEN": "another"}) == 0
    assert "S1ECS_TOKEN is set and overrides s1ecs.yaml" in capsys.readouterr().err
    assert (folder / "s1ecs.yaml").exists()


def test_settings_of_the_command_line(folder: Path, written: Run) -> None:
    """What --set says is checked and stands in the file; what an option of init says is refused."""
    assert written(settings={"overlap": "20m", "streams": "alert,group"}) == 0
    kept = loaded(folder)
    assert kept.overlap == timedelta(minutes=20)
    assert kept.enabled(kept.consoles[0]) == ["alert", "group"]
    (folder / "s1ecs.yaml").unlink()
    for refused in ({"nonsense": "1"}, {"outputs": "files"}, {"url": URL}):
        with pytest.raises(S1ecsError):
            written(settings=refused)
    assert not (folder / "s1ecs.yaml").exists()


@pytest.mark.parametrize(
    "options",
    [
        {"hosts": ("search.example:9200",)},
        {"files_path": "out"},
        {"file": Path()},
        {"outputs": ("files",), "files_path": "\udcff"},
    ],
    ids=["a server without its output", "a folder without its output", "a folder as the file", "no UTF-8"],
)
def test_options_that_would_be_ignored(folder: Path, written: Run, options: dict[str, object]) -> None:
    """What could not take effect is refused in one line, and nothing is written."""
    with pytest.raises(S1ecsError, match=r"^init: "):
        written(**options)
    assert not (folder / "s1ecs.yaml").exists()


def test_the_other_ending(folder: Path, written: Run) -> None:
    """A settings file of either name is in the way of the other: a folder that has both is refused later."""
    (folder / "s1ecs.yaml").touch()
    with pytest.raises(S1ecsError, match=r"s1ecs\.yaml already exists"):
        written(file=Path("s1ecs.yml"))
