"""`s1ecs transform --redact`: records without the fields that the settings name."""

import json

from .conftest import Commands

GROUP = '{"id":"1","createdAt":"2024-01-15T10:00:00Z","name":"Servers","registrationToken":"hush"}'
ALERT = '{"alertInfo":{"alertId":"1","srcIp":"192.0.2.7"},"sourceProcessInfo":{"commandline":"hush -x"}}'


def test_registration_token(alone: Commands) -> None:
    """A group's registration token is kept without --redact and nowhere with it; _id and all else stay."""
    arguments = ("transform", "group", "--with-id", "--preserve-original")
    whole = json.loads(alone.run(*arguments, stdin=GROUP).stdout)
    result = alone.run(*arguments, "--redact", stdin=GROUP)
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert whole["sentinel_one"]["group"].pop("registration_token") == "hush"
    assert whole["event"]["original"] == GROUP
    assert "hush" not in result.stdout
    assert document["event"].pop("original") == '{"createdAt":"2024-01-15T10:00:00Z","id":"1","name":"Servers"}'
    del whole["event"]["original"]
    assert document == whole


def test_fields_of_ones_own(alone: Commands) -> None:
    """The setting names the fields: a command line is nowhere, an address neither in its field nor in related.ip."""
    fields = {"S1ECS_REDACT": "process.command_line,source.ip"}
    result = alone.run("transform", "alert", "--redact", "--preserve-original", stdin=ALERT, **fields)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["event"]["id"] == "1"
    for text in ("hush", "192.0.2.7", "related"):
        assert text not in result.stdout
        assert text in alone.run("transform", "alert", "--preserve-original", stdin=ALERT, **fields).stdout


def test_lines_that_are_no_object(alone: Commands) -> None:
    """Of a line that is no JSON object nothing is shown; it is a document all the same."""
    lines = '"hush"\n["hush"]\nhush\n{"registrationToken":"hush"\n'
    result = alone.run("transform", "group", "--redact", stdin=lines)
    documents = [json.loads(line) for line in result.stdout.splitlines()]
    assert [document["event"]["kind"] for document in documents] == ["pipeline_error"] * 4
    assert "hush" not in result.stdout
    assert "original" not in result.stdout.replace("preserve_original_event", "")


def test_repeated_key(alone: Commands) -> None:
    """A value that a repeated key hides from the parser is not in the original either."""
    line = '{"registrationToken":"hush","name":"x","registrationToken":null}'
    result = alone.run("transform", "group", "--redact", "--preserve-original", stdin=line)
    assert json.loads(result.stdout)["event"]["original"] == '{"name":"x"}'


def test_settings_are_read_only_for_redact(alone: Commands) -> None:
    """Without --redact settings are not even read; with it a wrong name is refused, and [] redacts nothing."""
    assert alone.run("transform", "group", stdin=GROUP, S1ECS_REDACT="user.*").returncode == 0
    refused = alone.run("transform", "group", "--redact", stdin=GROUP, S1ECS_REDACT="user.*")
    assert refused.returncode == 2
    assert refused.stderr.startswith("s1ecs: environment S1ECS_REDACT: 'user.*' is not allowed")
    kept = alone.run("transform", "group", "--redact", "--preserve-original", stdin=GROUP, S1ECS_REDACT="[]")
    assert json.loads(kept.stdout)["event"]["original"] == GROUP
