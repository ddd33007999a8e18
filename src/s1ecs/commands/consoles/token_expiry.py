"""`s1ecs consoles tokens`: the expiry of each console's token in one table, as last learned from the console."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from s1ecs.bootstrap.state import open_readonly, require_state
from s1ecs.commands.terminal.tables import print_json, print_table
from s1ecs.monitor.stream_status import short_duration
from s1ecs.settings import ConsoleSettings, Settings
from s1ecs.state.heartbeats import TokenExpiry
from s1ecs.timestamps import shown_time, time_text

_COLUMNS = ("console", "expires", "left", "token", "checked")
_PLAIN = ("console", "expires", "left_seconds", "token", "checked")


@dataclass(frozen=True)
class ListedToken:
    """A console's token: the setting that tells where it is, and its expiry if the console told it."""

    console: str
    kept: str
    known: TokenExpiry | None

    @property
    def expires(self) -> datetime | None:
        """The expiry; None where it is unknown."""
        return None if self.known is None else self.known.expires


def tokens_by_expiry(consoles: Iterable[ConsoleSettings], known: Mapping[str, TokenExpiry]) -> list[ListedToken]:
    """Return the token of each console, the soonest to expire first, those of unknown expiry last."""
    listed = [ListedToken(each.name, _kept(each), known.get(each.name)) for each in consoles]
    return sorted(
        listed, key=lambda each: (each.expires is None, each.expires and each.expires.timestamp(), each.console)
    )


def print_tokens(tokens: Sequence[ListedToken], now: datetime, *, json: bool) -> None:
    """Print the tokens; `now` in UTC."""
    if json:
        print_json(_PLAIN, [_plain(each, now) for each in tokens])
    else:
        print_table(_COLUMNS, [_line(each, now) for each in tokens])


def _kept(console: ConsoleSettings) -> str:
    """Name the place of the token; it is never read here."""
    if console.token_file is not None:
        return f"token_file {console.token_file}"
    if console.token_env is not None:
        return f"token_env {console.token_env}"
    return "token" if console.token_command is None else "token_command"


def _line(token: ListedToken, now: datetime) -> Sequence[str]:
    if token.known is None:
        return (token.console, "unknown", "", token.kept, "never")
    checked = f"{short_duration(now - token.known.learned)} ago"
    if token.expires is None:
        return (token.console, "unknown", "", token.kept, checked)
    left = token.expires - now
    told = "expired" if left.total_seconds() <= 0 else short_duration(left)
    return (token.console, shown_time(token.expires), told, token.kept, checked)


def _plain(token: ListedToken, now: datetime) -> Sequence[object]:
    expires = token.expires
    left = None if expires is None else round((expires - now).total_seconds())
    checked = None if token.known is None else time_text(token.known.learned)
    return (token.console, None if expires is None else time_text(expires), left, token.kept, checked)


def list_tokens(settings: Settings, now: datetime, *, json: bool) -> None:
    """Print the token of each console."""
    require_state(settings)
    known = open_readonly(settings).life().tokens
    print_tokens(tokens_by_expiry(settings.require_consoles(), known), now, json=json)
