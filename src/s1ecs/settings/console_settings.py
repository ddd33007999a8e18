"""The settings of one console and its streams, each field with its kind and description: what may be written, why."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import pydantic

from s1ecs import defaults
from s1ecs.ecs.table import Layout
from s1ecs.errors import SettingsError
from s1ecs.settings import value_types
from s1ecs.settings.secrets import ProxyAddress, Secret, token_from_command, token_from_file
from s1ecs.settings.setting import DEFAULT_CONSOLE, Described, Level


class Frozen(pydantic.BaseModel):
    """A model that is built once, of exactly the fields it declares."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True)


class OfStream(Frozen):
    """Settings that a stream has, and that the top of the file sets for all of them."""

    interval: Annotated[
        timedelta | None,
        value_types.DURATION,
        Described(
            "Time between two polls. At the top of the file it applies to all streams.",
            default_words="per stream",
        ),
    ]
    initial_interval: Annotated[
        timedelta | None,
        value_types.DURATION,
        Described(
            "Time range of the first poll, counted back from now. At the top of the file it applies to all streams.",
            default_words="per stream",
        ),
    ]


class StreamSettings(OfStream):
    """Settings of one stream of one console; an interval of None is the stream's own."""

    enabled: Annotated[
        bool,
        value_types.BOOLEAN,
        Described(
            "Collect this stream.",
            default=True,
        ),
    ]


class OfConsole(Frozen):
    """Settings that a console has, and that the top of the file sets for all of them."""

    ca_file: Annotated[
        Path | None,
        value_types.EXISTING_FILE,
        Described(
            "PEM file of trusted certificate authorities, for on-premises consoles.",
            default_words="system authorities",
        ),
    ]
    proxy: Annotated[
        ProxyAddress | None,
        value_types.PROXY,
        Described(
            "Proxy for requests to the console.",
            default_words="none",
        ),
    ]
    clock_tolerance: Annotated[
        timedelta,
        value_types.DURATION,
        Described(
            "Maximum difference between the clocks of the console and this machine before s1ecs warns.",
            default=defaults.CLOCK_TOLERANCE,
        ),
    ]
    site_ids: Annotated[
        tuple[str, ...],
        value_types.SITES,
        Described(
            "Ids of the sites to collect from.",
            default=(),
            default_words="all sites of the token",
        ),
    ]
    namespace: Annotated[
        str,
        value_types.NAMESPACE,
        Described(
            "Namespace of the data streams; data_stream.namespace in documents.",
            default="default",
        ),
    ]
    tags: Annotated[
        tuple[str, ...] | None,
        value_types.TAGS,
        Described(
            "Tags of every document.",
            default_words="forwarded, sentinel_one-<stream>",
        ),
    ]
    preserve_original_event: Annotated[
        bool,
        value_types.BOOLEAN,
        Described(
            "Keep the original record in event.original, marked by a tag.",
            default=False,
        ),
    ]
    preserve_duplicate_custom_fields: Annotated[
        bool,
        value_types.BOOLEAN,
        Described(
            "Keep the SentinelOne fields of application, application_risk, threat_event and unified_alert that "
            "duplicate ECS fields, marked by a tag.",
            default=False,
        ),
    ]
    redact: Annotated[
        tuple[str, ...],
        value_types.FIELDS,
        Described(
            "Fields to remove from every document, including copies in other fields, related.* and event.original. An"
            " event.original that is not a JSON object is removed as well. Replaces the default; [] redacts nothing.",
            default=("sentinel_one.group.registration_token", "sentinel_one.agent.license.key"),
        ),
    ]
    layout: Annotated[
        Layout,
        value_types.LAYOUT,
        Described(
            "Layout of the documents: 1 is that of Elastic's integration 1.42, 2 that of its versions 2.x. See "
            "docs/elasticsearch.md.",
            default=1,
        ),
    ]
    threat_severity: Annotated[
        bool,
        value_types.BOOLEAN,
        Described(
            "Set event.severity of threats, which Elastic's integration does not: 47 suspicious, 73 malicious, 99 "
            "malicious and not mitigated.",
            default=False,
        ),
    ]
    threat_timeline: Annotated[
        bool,
        value_types.BOOLEAN,
        Described(
            "Collect the timeline of each threat, with one document per entry.",
            default=False,
        ),
    ]


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
            " it, or one of the next two settings, actions are refused.",
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
        return await self._read(self.token, self.token_file, self.token_command or "", "token")

    def require_action_token(self) -> None:
        """Raise SettingsError, which tells how to give one, where there is no token of response actions."""
        if self.action_token is None and self.action_token_file is None and self.action_token_command is None:
            raise SettingsError(
                f"{self.name}: no action_token is set, so response actions are disabled; generate a token for a user "
                "whose role permits them, and set action_token_file (or action_token, action_token_command) beside the "
                "console's token, or S1ECS_ACTION_TOKEN"
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
