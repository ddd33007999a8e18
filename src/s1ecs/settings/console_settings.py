"""The settings of one console, each field with its kind and description: what may be written, why."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from s1ecs.errors import SettingsError
from s1ecs.settings import value_types
from s1ecs.settings.inherited_settings import OfConsole, StreamSettings
from s1ecs.settings.secrets import Secret, token_from_command, token_from_environment, token_from_file
from s1ecs.settings.setting import DEFAULT_CONSOLE, Described, Level


class ConsoleSettings(OfConsole):
    """One console with everything that holds for it, what it inherits from the top of the file included."""

    name: Annotated[
        str,
        value_types.NAME,
        Described(
            "Name of the console. State belongs to the console itself, so name and address can change: see "
            "docs/operations.md.",
            default_words=f"{DEFAULT_CONSOLE} with url at the top of the file; required in consoles",
        ),
    ]
    url: Annotated[
        str,
        value_types.ADDRESS,
        Described(
            "Address of the console. Default scheme: https. Path and query are ignored.",
            default_words="not set",
            also_at=Level.TOP,
        ),
    ]
    token: Annotated[
        Secret | None,
        value_types.TOKEN,
        Described(
            "API token. Prefer token_file or token_command: they keep the token out of the settings and allow renewal"
            " without a restart.",
            default_words="not set",
            also_at=Level.TOP,
        ),
    ]
    token_file: Annotated[
        Path | None,
        value_types.TOKEN_FILE,
        Described(
            "File with the API token, read again when the console rejects the token.",
            default_words="not set",
            also_at=Level.TOP,
        ),
    ]
    token_env: Annotated[
        str | None,
        value_types.VARIABLE,
        Described(
            "Environment variable with the API token, read when s1ecs starts.",
            default_words="not set",
            also_at=Level.TOP,
        ),
    ]
    token_command: Annotated[
        str | None,
        value_types.COMMAND,
        Described(
            "Program that prints the API token, such as a password manager. Run without a shell, for at most 30 "
            "seconds.",
            default_words="not set",
            also_at=Level.TOP,
        ),
    ]
    action_token: Annotated[
        Secret | None,
        value_types.TOKEN,
        Described(
            "API token for response actions (`s1ecs respond`), separate from the viewer token for collecting. Without"
            " it, or one of the next three settings, actions are refused.",
            default_words="not set",
            also_at=Level.TOP,
        ),
    ]
    action_token_file: Annotated[
        Path | None,
        value_types.TOKEN_FILE,
        Described(
            "File with the API token for response actions.",
            default_words="not set",
            also_at=Level.TOP,
        ),
    ]
    action_token_env: Annotated[
        str | None,
        value_types.VARIABLE,
        Described(
            "Environment variable with the API token for response actions.",
            default_words="not set",
            also_at=Level.TOP,
        ),
    ]
    action_token_command: Annotated[
        str | None,
        value_types.COMMAND,
        Described(
            "Program that prints the API token for response actions. Run without a shell, for at most 30 seconds.",
            default_words="not set",
            also_at=Level.TOP,
        ),
    ]
    streams: Annotated[
        Mapping[str, StreamSettings],
        value_types.STREAMS,
        Described(
            "Streams to collect: a list of names, or a mapping from name to the settings of that stream.",
            default_words="all",
            also_at=Level.TOP,
        ),
    ]

    async def read_token(self) -> str:
        """Read the token anew from where it is kept; this may take as long as the token command does."""
        return await self._read("token", self.token, self.token_file, self.token_env, self.token_command)

    @property
    def has_action_token(self) -> bool:
        """Tell whether there is a token of response actions, wherever it is kept."""
        ways = (self.action_token, self.action_token_file, self.action_token_env, self.action_token_command)
        return any(way is not None for way in ways)

    def require_action_token(self) -> None:
        """Raise SettingsError, which tells how to give one, where there is no token of response actions."""
        if not self.has_action_token:
            raise SettingsError(
                f"{self.name}: no action_token is set, so response actions are disabled; generate a token for a user "
                "whose role permits them, and set action_token_file (or action_token, action_token_env, "
                "action_token_command) beside the console's token, or S1ECS_ACTION_TOKEN"
            )

    async def read_action_token(self) -> str:
        """Read the token of response actions anew from where it is kept; raise SettingsError where there is none."""
        self.require_action_token()
        return await self._read(
            "action_token",
            self.action_token,
            self.action_token_file,
            self.action_token_env,
            self.action_token_command,
        )

    async def _read(
        self, setting: str, token: Secret | None, file: Path | None, variable: str | None, command: str | None
    ) -> str:
        try:
            if token is not None:
                return token.reveal()
            if file is not None:
                return token_from_file(file, f"{setting}_file")
            if variable is not None:
                return token_from_environment(variable, f"{setting}_env")
            return await token_from_command(command or "", setting=f"{setting}_command")
        except SettingsError as problem:
            raise SettingsError(f"{self.name}: {problem}") from None
