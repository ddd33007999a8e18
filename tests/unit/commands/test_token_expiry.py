"""`s1ecs consoles tokens`."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from s1ecs.commands.consoles.token_expiry import print_tokens, tokens_by_expiry
from s1ecs.settings import Settings, load
from s1ecs.state.heartbeats import TokenExpiry

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
FILE = """
consoles:
- {name: later, url: a.example, token_env: LATER}
- {name: silent, url: b.example, token: a-secret-token}
- {name: new, url: c.example, token_command: pass show new}
- {name: sooner, url: d.example, token_file: /run/secrets/sooner}
- {name: over, url: e.example, token: another-secret-token}
"""
KNOWN = {
    "later": TokenExpiry(NOW + timedelta(days=40), NOW - timedelta(minutes=5)),
    "silent": TokenExpiry(None, NOW),
    "sooner": TokenExpiry(NOW + timedelta(days=3), NOW),
    "over": TokenExpiry(NOW - timedelta(days=1), NOW),
    "removed": TokenExpiry(NOW, NOW),
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with five consoles."""
    (tmp_path / "s1ecs.yaml").write_text(FILE)
    return load(file=None, environment={}, flags={}, streams=("alert",), working_folder=tmp_path)


def test_the_token_that_expires_first_is_first(settings: Settings) -> None:
    """Tokens of unknown expiry are last, and consoles that are no longer collected are left out."""
    tokens = tokens_by_expiry(settings.consoles, KNOWN)
    assert [each.console for each in tokens] == ["over", "sooner", "later", "new", "silent"]


def test_tokens_for_programs(settings: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    """Each line says when, in how many seconds, and where the token is kept, never the token."""
    print_tokens(tokens_by_expiry(settings.consoles, KNOWN), NOW, json=True)
    printed = capfd.readouterr().out
    assert "secret-token" not in printed
    rows = {row["console"]: row for row in json.loads(printed)}
    assert rows["sooner"] == {
        "console": "sooner",
        "expires": "2026-02-03T12:00:00.000Z",
        "left_seconds": 259_200,
        "token": "token_file /run/secrets/sooner",
        "checked": "2026-01-31T12:00:00.000Z",
    }
    assert rows["new"] == {
        "console": "new",
        "expires": None,
        "left_seconds": None,
        "token": "token_command",
        "checked": None,
    }
    assert (rows["over"]["left_seconds"], rows["later"]["token"]) == (-86_400, "token_env LATER")


def test_tokens_for_people(settings: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    """What has expired is told as such, what is unknown as unknown."""
    print_tokens(tokens_by_expiry(settings.consoles, KNOWN), NOW, json=False)
    lines = {line.split()[0]: line.split()[1:] for line in capfd.readouterr().out.splitlines()}
    assert lines["over"][:2] == ["2026-01-30T12:00:00Z", "expired"]
    assert lines["sooner"][:2] == ["2026-02-03T12:00:00Z", "3d"]
    assert lines["silent"][0] == "unknown"
    assert lines["new"] == ["unknown", "token_command", "never"]
