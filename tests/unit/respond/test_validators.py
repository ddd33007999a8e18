from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s1ecs.respond import validators

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "name", ["evil.exe", "Google Chrome Helper (Renderer)", "kworker/0:1", "a+b_c-d.exe", "müller"]
)
def test_names_of_processes(name: str) -> None:
    """Names as processes have them are taken as they are."""
    assert validators.process_name(name) == name


@given(
    st.text(max_size=5),
    st.sampled_from("\"'`$;&|<>\\%!^*?[],{}\n\r\t\x00\u201c\u201d\u201e\u2019"),
    st.text(max_size=5),
)
def test_no_name_breaks_out_of_its_quotes(before: str, character: str, after: str) -> None:
    """Whatever stands around it, a character that ends quotes or means more than itself in a shell is refused."""
    with pytest.raises(ValueError, match=r"could break out|is empty"):
        validators.process_name(f"{before}{character}{after}")


@pytest.mark.parametrize(
    "character",
    ["\uff02", "\uff07", "\uff40", "\uff04", "\u02ba", "\u02bc", "\u0300", "\u030e", "\u01c0", "\u2033", "\u2e42"],
)
def test_no_character_that_windows_turns_into_another(character: str) -> None:
    """What Windows replaces by a quote, a backtick or a pipe where a code page lacks it is refused as those are."""
    with pytest.raises(ValueError, match="could break out"):
        validators.process_name(f"a{character}b.exe")


@pytest.mark.parametrize("name", ["", " ", " a", "--force"])
def test_names_that_are_none(name: str) -> None:
    """Nothing, spaces around a name, and an option are no names."""
    with pytest.raises(ValueError, match=r"empty|hyphen"):
        validators.process_name(name)


@pytest.mark.parametrize(
    ("path", "system"),
    [
        (r"C:\Program Files (x86)\Notepad++\a.txt", "windows"),
        (r"\\server\share\a.txt", "windows_legacy"),
        ("/var/log/a b.log", "linux"),
        ("/Users/x/a.txt", "macos"),
    ],
)
def test_absolute_paths(path: str, system: str) -> None:
    """An absolute path is taken, and fits its own system only."""
    assert validators.path(path) == path
    assert validators.fits_system(path, system)
    assert not validators.fits_system(path, "linux" if system.startswith("windows") else "windows")


@pytest.mark.parametrize("path", ["", "a.txt", r"..\a.txt", "C:a.txt", "/var/log/*.log", r"C:\a?.txt", "/a/{b,c}", "/"])
def test_paths_that_the_console_refuses(path: str) -> None:
    """Relative paths and patterns are refused."""
    with pytest.raises(ValueError, match=r"absolute path|neither wildcards"):
        validators.path(path)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("IPV4", "203.0.113.9", "2001:db8::1"),
        ("IPV6", "2001:db8::1", "203.0.113.9"),
        ("DNS", "evil.example", "-evil.example"),
        ("URL", "https://evil.example/a?b", "evil.example/a"),
        ("MD5", "a" * 32, "d41d8cd98f00b204e9800998ecf8427e"),
        ("SHA1", "A" * 40, "a" * 39),
        ("SHA256", "0" * 64, "g" * 64),
    ],
)
def test_indicators(kind: str, good: str, bad: str) -> None:
    """A value must be of its type; the hash of an empty file is none that counts."""
    validators.indicator(kind, good)
    with pytest.raises(ValueError, match=r"is not a|empty file"):
        validators.indicator(kind, bad)


@pytest.mark.parametrize(("kind", "days", "fits"), [("IPV4", 29, True), ("IPV4", 31, False), ("DNS", 31, True)])
def test_lives_of_indicators(kind: str, days: int, fits: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """An indicator that would live longer than the console allows is refused, since the console would cut it."""
    end = NOW.replace(month=2, day=1).fromtimestamp(NOW.timestamp() + days * 86400, UTC).isoformat()
    if fits:
        validators.life(kind, end, NOW)
        return
    with pytest.raises(ValueError, match="too late"):
        validators.life(kind, end, NOW)


def test_messages_ids_and_hashes() -> None:
    """140 characters are a message, 18 digits an id, 40 or 64 hexadecimal digits a hash; one more or less is not."""
    assert validators.message("x" * 140)
    assert validators.console_id("225494730938493804")
    assert validators.blocked_hash("a" * 40)
    for check, value in (
        (validators.message, "x" * 141),
        (validators.console_id, "12345"),
        (validators.console_id, "9" * 5000),
        (validators.console_id, "٢٢٥٤٩٤٧٣٠٩٣٨٤٩٣٨٠٤"),
        (validators.blocked_hash, "a" * 32),
        (validators.script_id, "x" * 257),
        (validators.script_input, "x" * 8193),
        (validators.time, "2026-01-31T12:00:00"),
    ):
        with pytest.raises(ValueError, match=r"."):
            check(value)


def test_times_are_sent_in_utc() -> None:
    """A time of another zone is the same moment in UTC; one that UTC can't write is refused."""
    assert validators.time("2026-01-31T12:00:00+02:00") == "2026-01-31T10:00:00Z"
    with pytest.raises(ValueError, match="too far"):
        validators.time("0001-01-01T00:00:00+02:00")
