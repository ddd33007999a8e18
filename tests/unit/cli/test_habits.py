"""Habits of other command lines: help, versions, options behind the command, words that are nearly right."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from s1ecs import __version__
from s1ecs.cli import app
from s1ecs.cli.help_page import GROUPS
from s1ecs.cli.options import moment_of_option, stream_names, streams_named
from s1ecs.collect.period import moment_given
from s1ecs.errors import UsageError

ROOT: Any = typer.main.get_command(app)
NOW = datetime(2026, 1, 31, 12, 30, 15, tzinfo=UTC)


def run(*arguments: str) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(app, arguments, prog_name="s1ecs")


def commands(command: Any, *path: str) -> Iterator[tuple[str, ...]]:
    """Every command, and every command of a command."""
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, *path, name)


def test_help_has_three_forms() -> None:
    """-h, --help and `help COMMAND` print the same, of every level."""
    for path in ((), ("backfill",), ("respond",), ("respond", "threat", "verdict")):
        forms = [run(*path, "-h"), run(*path, "--help"), run("help", *path), run(*path[:-1], "help", *path[-1:])]
        assert len({each.output for each in forms}) == 1
        assert {each.exit_code for each in forms} == {0}


@pytest.mark.parametrize("path", [*commands(ROOT)], ids=" ".join)
def test_every_help_has_an_example(path: tuple[str, ...]) -> None:
    """The help of a command ends with a line that can be copied, and that runs that command."""
    output = run(*path, "--help").output
    _, _, examples = output.partition("\nExample")
    lines = [line.strip() for line in examples.splitlines()[1:] if line]
    assert lines
    assert all(line.startswith(" ".join(("s1ecs", *path))) for line in lines)


def test_every_command_has_a_group() -> None:
    """The first help lists each command once, under what it is for."""
    grouped = [name for names in GROUPS.values() for name in names]
    assert len(grouped) == len(set(grouped))
    assert set(ROOT.commands) <= set(grouped)
    assert "\nCommands:" not in run("-h").output


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("migrate", "Continue a data stream in another layout than that of its newest document."),
        ("fields", "1 (Elastic's integration 1.42) or 2 (2.x)"),
        ("transform", "1 (Elastic's integration 1.42) or 2 (2.x)"),
    ],
)
def test_options_about_layouts(command: str, told: str) -> None:
    """The options about layouts tell in the help what they do, and what the numbers stand for."""
    assert told in " ".join(run(command, "-h").output.split())


def test_version() -> None:
    """-V is --version."""
    assert run("-V").output == run("--version").output == f"s1ecs {__version__}\n"


def test_nearly_right() -> None:
    """A mistyped command, option or stream is answered with the one that was meant."""
    assert "Did you mean 'collect'?" in run("colect").output
    assert "Did you mean 'isolate'?" in run("respond", "isolat").output
    with pytest.raises(UsageError, match=r"no stream named 'alerts'; did you mean alert\? available: activity, "):
        streams_named(["alerts"])


def test_streams_with_commas() -> None:
    """`alert,group` is two streams, also with spaces and among others."""
    assert [each.name for each in streams_named(["alert,group", "threat, alert"])] == ["alert", "group", "threat"]
    for empty in ("", ","):
        with pytest.raises(UsageError):
            streams_named([empty])


def test_common_options_on_both_sides(tmp_path: Path) -> None:
    """--config, --state-dir and --set work before and behind a command; what stands behind overrides."""
    for name, size in (("a.yaml", 5), ("b.yaml", 6)):
        (tmp_path / name).write_text(f"page_size: {size}\n")
    before = run("--config", str(tmp_path / "a.yaml"), "--state-dir", "/one", "settings", "--json")
    behind = run("settings", "--json", "--config", str(tmp_path / "a.yaml"), "--state-dir", "/one")
    assert before.output == behind.output
    assert '"page_size","value":5' in behind.output
    both = run("--config", str(tmp_path / "a.yaml"), "settings", "--config", str(tmp_path / "b.yaml"), "--json")
    assert '"page_size","value":6' in both.output
    assert '"attempts","value":3' in run("--set", "attempts=2", "settings", "--set", "attempts=3", "--json").output
    assert '"log_level","value":"debug"' in run("-v", "settings", "--json").output
    assert '"log_level","value":"error"' in run("settings", "--json", "-q").output


def test_settings_file_with_the_other_ending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """s1ecs.yml is read as s1ecs.yaml is; both in one folder are refused."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s1ecs.yml").write_text("page_size: 5\n")
    assert '"page_size","value":5,"from":"s1ecs.yml line 1"' in run("settings", "--json").output
    (tmp_path / "s1ecs.yaml").touch()
    assert "s1ecs.yml: exists beside s1ecs.yaml" in str(run("settings", "--json").exception)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("now", NOW),
        ("-24h", NOW - timedelta(hours=24)),
        ("-1h30m", NOW - timedelta(minutes=90)),
        ("2d", NOW - timedelta(days=2)),
        (" 15M ", NOW - timedelta(minutes=15)),
        ("Yesterday", datetime(2026, 1, 30, tzinfo=UTC)),
        ("today", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31T12:00:00+02:00", datetime(2026, 1, 31, 10, tzinfo=UTC)),
    ],
)
def test_times(text: str, moment: datetime) -> None:
    """A time is absolute, relative, or a word; all are UTC."""
    assert moment_given(text, NOW) == moment


@pytest.mark.parametrize("text", ["soon", "24", "-", "--2d", "-24", "-99999999d", "2026-02-30", "in 2d", ""])
def test_no_times(text: str) -> None:
    """What is no time is refused with examples."""
    with pytest.raises(UsageError, match=r"^--from: .*-24h, yesterday, today or now$"):
        moment_of_option(text, "--from", NOW)


# The options that take a time; those with a duration take no relative time.
TIMES = {
    ("backfill", "--from"),
    ("backfill", "--to"),
    ("export", "--from"),
    ("export", "--to"),
    ("reconcile", "--from"),
    ("reconcile", "--to"),
    ("respond history", "--since"),
    ("search", "--from"),
    ("search", "--to"),
    ("standin", "--now"),
    ("transform", "--now"),
}
DURATIONS = {"--for", "--timeout"}


def test_a_relative_time_is_no_option() -> None:
    """`--from -24h` is taken as a value, by every option that takes a time."""
    found = set()
    for path in commands(ROOT):
        command, context = ROOT, typer.Context(ROOT, info_name="s1ecs")
        for name in path:
            command = command.commands[name]
            context = typer.Context(command, info_name=name, parent=context)
        for option in command.params:
            if option.metavar == "TIME" and not DURATIONS & set(option.opts):
                flag = option.opts[0]
                given, _, _ = command.make_parser(context).parse_args([flag, "-24h"])
                assert given[option.name] == "-24h", (path, flag)
                found.add((" ".join(path), flag))
    assert found == TIMES
    for arguments, flag in (
        (("backfill", "alert", "--from", "-24h", "--to", "soon"), "--to"),
        (("reconcile", "alert", "--to", "-24h", "--from", "soon"), "--from"),
        (("transform", "alert", "--now", "soon"), "--now"),
        (("standin", "--now", "soon"), "--now"),
        (("respond", "history", "--since", "soon"), "--since"),
    ):
        assert str(run(*arguments).exception).startswith(f"{flag}: 'soon' is not a time"), arguments


def test_completion() -> None:
    """Streams are completed, also behind a comma; so are commands and the names of settings."""
    assert [name for name, _ in stream_names("al")] == ["alert"]
    assert [name for name, _ in stream_names("alert,ac")] == ["alert,activity"]
    assert "--install-completion" in run("-h").output

    def completed(line: str) -> list[str]:
        environment = {"_S1ECS_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
        return CliRunner().invoke(app, [], prog_name="s1ecs", env=environment).output.split()

    assert completed("s1ecs rec") == ["reconcile"]
    assert completed("s1ecs collect gr") == ["group"]
    assert completed("s1ecs run --set page") == ["page_size="]
    assert completed("s1ecs help rec") == ["reconcile"]
    assert "respond" in completed("s1ecs help ")
