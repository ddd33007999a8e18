"""The URL of a PostgreSQL database: what is taken, and that its password is shown nowhere."""

import pytest

from s1ecs.errors import SettingsError
from s1ecs.masking import masked
from s1ecs.settings.secrets import DatabaseAddress

from .conftest import Loader

SHOWN = {
    "postgresql://s1ecs:a-long-password@db.example.com:5433/s1ecs": "postgresql://s1ecs:***@db.example.com:5433/s1ecs",
    "postgres://s1ecs:a-long%2Fpassword@one,two/s1ecs": "postgresql://s1ecs:***@one,two/s1ecs",
    "postgresql:///s1ecs?host=/run/postgresql": "postgresql:///s1ecs?host=/run/postgresql",
    "postgresql://s1ecs@[::1]/s1ecs?sslmode=require": "postgresql://s1ecs@[::1]/s1ecs?sslmode=require",
    "postgresql://db/s1ecs?user=a&password=a-long-password&sslmode=require": (
        "postgresql://db/s1ecs?user=a&password=***&sslmode=require"
    ),
}


@pytest.mark.parametrize(("url", "shown"), SHOWN.items())
def test_a_password_is_masked(loader: Loader, url: str, shown: str) -> None:
    """The URL is shown without its password."""
    settings = loader(f'state: "{url}"\n')
    assert settings.state is not None
    assert settings.state.reveal() == url.replace("postgres://", "postgresql://")
    assert str(settings.state) == shown
    assert settings.state.has_password == ("***" in shown)


@pytest.mark.parametrize("written", ["a-very%2Flong-one@", "db?password=a-very%2Flong-one&x="])
def test_whoever_repeats_the_password_is_masked(loader: Loader, written: str) -> None:
    """A server or library that quotes it shows stars, percent-encoded or not."""
    loader(f'state: "postgresql://s1ecs:{written}db/s1ecs"\n')
    assert masked("login as s1ecs with a-very/long-one failed") == "login as s1ecs with *** failed"


@pytest.mark.parametrize("url", ["s1ecs.db", "mysql://db/s1ecs", "postgresql:db", "postgresql://a:se cret@db/s1ecs"])
def test_other_urls_are_refused_without_being_repeated(loader: Loader, url: str) -> None:
    """The error says what is allowed, and shows nothing of what was written."""
    with pytest.raises(SettingsError) as refused:
        loader(f'state: "{url}"\n')
    assert url not in str(refused.value)
    assert "cret" not in str(refused.value)


def test_a_schema_is_a_plain_name(loader: Loader) -> None:
    """No name needs quotation marks, and none is the server's own."""
    assert loader("state_schema: s1ecs_2\n").state_schema == "s1ecs_2"
    for name in ("S1ecs", "a-b", "pg_x", 'x"; DROP SCHEMA public'):
        with pytest.raises(SettingsError):
            loader(f"state_schema: '{name}'\n")


def test_its_text_in_a_dump_is_masked() -> None:
    """A model that holds it prints it as it is shown."""
    assert "a-long-password" not in repr(DatabaseAddress("postgresql://s1ecs:a-long-password@db/s1ecs"))
