"""Commands are found in code blocks as a shell would read them."""

import pytest

from docs.markdown_pages import Block
from docs.shell_blocks import commands_of, invocations, programs


@pytest.mark.parametrize(
    ("command", "calls"),
    [
        ("s1ecs check", [["check"]]),
        ("s1ecs query \"SELECT 1; -- '|'\" | head -n 1", [["query", "SELECT 1; -- '|'"]]),
        (
            "sudo -u s1ecs A=1 /opt/s1ecs/bin/s1ecs --config /etc/x.yaml status > out.txt",
            [["--config", "/etc/x.yaml", "status"]],
        ),
        ("systemctl restart s1ecs", []),
        ("s1ecs check && s1ecs collect alert  # once", [["check"], ["collect", "alert"]]),
        ("docker exec s1ecs s1ecs streams", []),
    ],
)
def test_calls_of_s1ecs(command: str, calls: list[list[str]]) -> None:
    """The arguments of s1ecs are those that a shell would pass; its name as an argument of others is none."""
    assert [list(call) for call in invocations(command)] == calls


def test_commands_of_a_script() -> None:
    """Lines that belong together are one command; comments and empty lines are none."""
    text = (
        "# first\n\ncat > s1ecs.yaml <<END\nurl: s1ecs check\nEND\ns1ecs \\\n  check\ns1ecs query 'SELECT 1\n  , 2'\n"
    )
    commands = commands_of(Block("page", 1, "sh", text))
    assert [programs(command) for command in commands] == [["cat"], ["s1ecs"], ["s1ecs"]]
    assert [list(call) for command in commands for call in invocations(command)] == [
        ["check"],
        ["query", "SELECT 1\n  , 2"],
    ]


def test_output_in_a_console_block() -> None:
    """Behind a prompt is a command, all else its output."""
    assert commands_of(Block("page", 1, "console", "$ s1ecs status\nok: 9 streams\n")) == ["s1ecs status"]
