"""Limits of logins in bounded memory, the file of users, and rules that do not fit together."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from stat import S_IMODE

import pytest

from s1ecs.errors import SettingsError
from s1ecs.web.access import login_limits
from s1ecs.web.access.login_limits import LoginLimits
from s1ecs.web.access.page_user import Role
from s1ecs.web.access.user_file import UserEntry, changing_users, read_users

from .conftest import HASH, Page

START = datetime(2026, 1, 31, tzinfo=UTC)
ENTRY = UserEntry("ada", HASH, {"*": Role.VIEWER})


def test_limits_by_name_and_address() -> None:
    """A name is limited by address first; one address may not try many names, nor many addresses one name for ever."""
    limits = LoginLimits(lambda: START)
    assert [limits.begin("ada", "10.0.0.1") for _ in range(6)] == [0] * 5 + [900]
    assert limits.begin("ada", "10.0.0.2") == 0
    assert [limits.begin(f"user-{n}", "10.0.0.1") for n in range(16)] == [0] * 15 + [900]
    assert [limits.begin("bob", f"10.1.0.{n}") for n in range(101)] == [0] * 100 + [900]


def test_neighbours_of_ipv6_are_one() -> None:
    """Addresses of one IPv6 network are limited together, since each machine has as many as it likes."""
    limits = LoginLimits(lambda: START)
    assert [limits.begin("ada", f"2001:db8::{n}") for n in range(6)] == [0] * 5 + [900]
    assert limits.begin("ada", "2001:db8:0:1::1") == 0


def test_success_forgets_failures() -> None:
    """A login that succeeds is no failure, and forgets those of the name from there; those of the address stay."""
    limits = LoginLimits(lambda: START)
    for _ in range(4):
        assert limits.begin("ada", "10.0.0.1") == 0
    assert limits.begin("ada", "10.0.0.1") == 0
    limits.succeeded("ada", "10.0.0.1")
    assert [limits.begin("ada", "10.0.0.1") for _ in range(6)] == [0] * 5 + [900]
    assert [limits.begin(f"user-{n}", "10.0.0.1") for n in range(12)] == [0] * 11 + [900]


def test_limits_end_with_their_window() -> None:
    """The wait gets shorter, and after it a login is tried again."""
    now = [START]
    limits = LoginLimits(lambda: now[0])
    for _ in range(5):
        limits.begin("ada", "10.0.0.1")
    now[0] += timedelta(minutes=10)
    assert limits.begin("ada", "10.0.0.1") == 300
    now[0] += timedelta(minutes=5)
    assert limits.begin("ada", "10.0.0.1") == 0


def test_memory_of_limits_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many names and addresses are tried, so many are kept, and of long names the beginning."""
    monkeypatch.setattr(login_limits, "_MOST_KEYS", 50)
    limits = LoginLimits(lambda: START)
    for n in range(500):
        limits.begin(f"user-{n}" * 100, f"10.0.{n // 250}.{n % 250}")
    assert len(limits._failures) == 50
    assert max(len(name) for name, _ in limits._failures) <= 200


def test_users_are_written_and_read(tmp_path: Path) -> None:
    """What was written is read again; the file is for its owner alone; a change that fails leaves it as it was."""
    path = tmp_path / "folder" / "users.json"
    assert read_users(path) == {}
    with changing_users(path, tmp_path) as users:
        users["ada"] = ENTRY
    assert read_users(path) == {"ada": ENTRY}
    assert S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(KeyError), changing_users(path, tmp_path) as users:
        del users["ada"], users["bob"]
    assert read_users(path) == {"ada": ENTRY}
    assert [each.name for each in path.parent.iterdir()] == ["users.json"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"version": 1}',
        '{"version": 2, "users": {}}',
        '{"version": 1, "users": {"ada": {"password": "correct horse", "roles": {"*": "viewer"}}}}',
        '{"version": 1, "users": {"ada": {"password": "$argon2id$", "roles": {"*": "admin"}}}}',
        '{"version": 1, "users": {"ada": {"password": "$argon2id$", "roles": {}}}}',
        '{"version": 1, "users": {}, "more": 1}',
    ],
)
def test_files_that_are_none_of_users(tmp_path: Path, text: str) -> None:
    """A file of another form is refused as a whole, without a password that somebody wrote into it."""
    path = tmp_path / "users.json"
    path.write_text(text)
    with pytest.raises(SettingsError, match=r"users\.json") as raised:
        read_users(path)
    assert "horse" not in str(raised.value)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"web_host": "0.0.0.0"}, "web_cert_file"),
        ({"web_host": "192.0.2.7"}, "without encryption"),
        ({"web_host": "soc.example.com"}, "without encryption"),
        ({"web_token": "short"}, "shorter than 16"),
        ({"web_token": "0123456789abcdef", "web_token_file": "token"}, "keep one of them"),
        ({"web_token_file": "no-such-file"}, "no such file"),
        ({"web_proxies": "proxy.example"}, "not an IP address"),
        ({"web_root": "s1ecs"}, "not a path prefix"),
        ({"web_hosts": "https://soc.example.com"}, "not a host name"),
    ],
)
def test_rules_that_do_not_fit(tmp_path: Path, settings: dict[str, str], words: str) -> None:
    """Settings that would serve openly, or contradict each other, are refused with what to change."""
    with pytest.raises(SettingsError, match=words):
        Page(tmp_path, **settings)


@pytest.mark.parametrize(
    "settings",
    [
        {"web_host": "0.0.0.0", "web_proxies": "10.0.0.1"},
        {"web_host": "127.0.0.5"},
        {"web_host": "localhost"},
        {"web_host": "::1"},
    ],
)
def test_rules_that_fit(tmp_path: Path, settings: dict[str, str]) -> None:
    """Loopback needs nothing more; other addresses need a proxy, or TLS."""
    assert Page(tmp_path, **settings).access.rules.host == settings["web_host"]
