"""The settings as the rest of the program gets them: read once, frozen, passed down."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pydantic

from s1ecs.errors import SettingsError
from s1ecs.settings.table import DEFAULT_FILE, THREE_LINES
from s1ecs.settings.token import ProxyAddress, Secret, token_from_command, token_from_file


class _Frozen(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True)


class StreamSettings(_Frozen):
    """What holds for one stream of one console; an interval of None is the stream's own."""

    enabled: bool
    interval: timedelta | None
    initial_interval: timedelta | None


class Console(_Frozen):
    """One console with everything that holds for it, what it inherits from the top of the file included."""

    name: str
    url: str
    token: Secret | None
    token_file: Path | None
    token_command: str | None
    action_token: Secret | None
    action_token_file: Path | None
    action_token_command: str | None
    ca_file: Path | None
    proxy: ProxyAddress | None
    site_ids: tuple[str, ...]
    namespace: str
    tags: tuple[str, ...] | None
    preserve_original_event: bool
    preserve_duplicate_custom_fields: bool
    redact: tuple[str, ...]
    threat_timeline: bool
    streams: Mapping[str, StreamSettings]

    async def read_token(self) -> str:
        """Read the token anew from where it is kept; this may take as long as the token command does."""
        return await self._read(self.token, self.token_file, self.token_command or "", "token")

    def require_action_token(self) -> None:
        """Raise SettingsError, which tells how to give one, where there is no token of response actions."""
        if self.action_token is None and self.action_token_file is None and self.action_token_command is None:
            raise SettingsError(
                f"{self.name}: no action_token is set, so nothing may be done to hosts; make a token of a user whose "
                "role may act, and set action_token_file (or action_token, action_token_command) beside the console's "
                "token, or S1ECS_ACTION_TOKEN"
            )

    async def read_action_token(self) -> str:
        """Read the token of response actions anew from where it is kept; raise SettingsError where there is none."""
        self.require_action_token()
        command = self.action_token_command or ""
        return await self._read(self.action_token, self.action_token_file, command, "action_token")

    async def _read(self, token: Secret | None, file: Path | None, command: str, setting: str) -> str:
        try:
            if token is not None:
                return token.reveal()
            if file is not None:
                return token_from_file(file, f"{setting}_file")
            return await token_from_command(command, setting=f"{setting}_command")
        except SettingsError as problem:
            raise SettingsError(f"{self.name}: {problem}") from None


class Output(_Frozen):
    """One place documents go: its type and that type's own settings."""

    type: str
    values: Mapping[str, Any] = {}


class Settings(_Frozen):
    """Everything a user can set; `origins` tells where each value was written, `default` where nowhere."""

    consoles: tuple[Console, ...]
    outputs: tuple[Output, ...]
    state_dir: Path
    interval: timedelta | None
    initial_interval: timedelta | None
    overlap: timedelta
    page_size: int | None
    alert_reread: timedelta
    alert_reread_interval: timedelta
    site_ids: tuple[str, ...]
    namespace: str
    tags: tuple[str, ...] | None
    preserve_original_event: bool
    preserve_duplicate_custom_fields: bool
    redact: tuple[str, ...]
    threat_timeline: bool
    geoip: Path | None
    ca_file: Path | None
    proxy: ProxyAddress | None
    connect_timeout: timedelta
    read_timeout: timedelta
    max_answer: int
    attempts: int
    allow_http: bool
    metrics_port: int | None
    metrics_host: str
    log_level: Literal["debug", "info", "warning", "error", "critical"]
    log_format: Literal["text", "ecs"]
    trace: Path | None
    origins: Mapping[str, str] = pydantic.Field(repr=False)
    gap: str = pydantic.Field(default="", repr=False)

    def require_consoles(self) -> tuple[Console, ...]:
        """Give the consoles; a SettingsError shows how to name one when there is none."""
        if self.consoles:
            return self.consoles
        if self.gap:
            raise SettingsError(self.gap)
        raise SettingsError(
            f"no console is set; write these three lines into {DEFAULT_FILE}, "
            f"or set S1ECS_URL, S1ECS_TOKEN and S1ECS_STATE_DIR:\n{THREE_LINES}"
        )

    def console(self, name: str) -> Console:
        """Give the console of that name; a SettingsError lists the names there are."""
        for console in self.require_consoles():
            if console.name == name:
                return console
        raise SettingsError(f"no console {name!r}; there are: {', '.join(each.name for each in self.consoles)}")

    def stream(self, console: Console, name: str) -> StreamSettings:
        """Give what holds for a stream of a console: whether it is collected, how often, how far back at first."""
        return console.streams[name]

    def enabled(self, console: Console) -> Sequence[str]:
        """The names of the streams to collect from a console."""
        return [name for name, stream in console.streams.items() if stream.enabled]
