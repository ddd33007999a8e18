"""The settings as the rest of the program gets them: read once, frozen, passed down; each field is described."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import pydantic

from s1ecs import defaults
from s1ecs.errors import SettingsError
from s1ecs.settings import value_types
from s1ecs.settings.console_settings import ConsoleSettings
from s1ecs.settings.inherited_settings import Frozen, OfConsole, OfStream, StreamSettings
from s1ecs.settings.saved_queries import SavedQuery
from s1ecs.settings.secrets import DatabaseAddress
from s1ecs.settings.setting import DEFAULT_FILE, THREE_LINES, Described
from s1ecs.settings.web_settings import OfWeb


class ConsoleEntry(NamedTuple):
    """A console that is kept outside of the settings file; `values` are JSON with the keys of an entry of `consoles`.

    `place` is where it is kept, for errors. It inherits from the top of the settings, except for addresses and tokens.
    """

    name: str
    values: Mapping[str, Any]
    place: str


class OutputSettings(Frozen):
    """One place documents go: its type and that type's own settings."""

    type: str
    values: Mapping[str, Any] = {}


class Settings(OfConsole, OfStream, OfWeb):
    """Everything a user can set; `origins` tells where each value was written, `default` where nowhere."""

    consoles: Annotated[
        tuple[ConsoleSettings, ...],
        value_types.CONSOLES,
        Described(
            "List of consoles, each with name, url, token and any setting that differs from the top of the file.",
            default_words="one console, from url and token",
        ),
    ]
    outputs: Annotated[
        tuple[OutputSettings, ...],
        value_types.OUTPUTS,
        Described(
            "Destinations of documents: a list of outputs, each with a type and the settings of that type. An output "
            "that is added later receives new documents only; fill it with `s1ecs backfill --output`.",
            default_words="store",
        ),
    ]
    state_dir: Annotated[
        Path,
        value_types.PATH,
        Described(
            "Directory of checkpoints, local store (s1ecs.db) and dead letters.",
            default=Path("s1ecs-data"),
        ),
    ]
    state: Annotated[
        DatabaseAddress | None,
        value_types.DATABASE,
        Described(
            "URL of the PostgreSQL database of the state, for several processes or machines. Requires the extra "
            "cluster; excludes the output store.",
            default_words="none; SQLite in state_dir",
        ),
    ]
    state_schema: Annotated[
        str,
        value_types.DATABASE_SCHEMA,
        Described(
            "Schema of the tables of the state in the PostgreSQL database, created at the first start.",
            default="s1ecs",
        ),
    ]
    overlap: Annotated[
        timedelta,
        value_types.DURATION_OR_NONE,
        Described(
            "Time range before the newest record that each poll reads again, for records that become visible late.",
            default=timedelta(minutes=10),
        ),
    ]
    page_size: Annotated[
        int | None,
        value_types.COUNT,
        Described(
            "Records per page, up to the limit of the console for the path.",
            default_words="the maximum of the console",
        ),
    ]
    alert_reread: Annotated[
        timedelta,
        value_types.DURATION_OR_NONE,
        Described(
            "Time range in which alerts are read again to collect changed verdicts and statuses; 0s disables it.",
            default=timedelta(days=7),
        ),
    ]
    alert_reread_interval: Annotated[
        timedelta,
        value_types.DURATION,
        Described(
            "Time between two re-reads of alerts.",
            default=timedelta(hours=1),
        ),
    ]
    gone_at_most: Annotated[
        float,
        value_types.SHARE,
        Described(
            "Maximum share of the entities of an inventory of 100 or more that one complete walk may mark as gone; a "
            "larger share must be confirmed by a second walk. 1 disables the confirmation.",
            default=defaults.GONE_AT_MOST,
        ),
    ]
    geoip: Annotated[
        Path | None,
        value_types.EXISTING_FILE,
        Described(
            "MaxMind City database (.mmdb) for the location of IP addresses in host.geo.",
            default_words="none; no host.geo",
        ),
    ]
    connect_timeout: Annotated[
        timedelta,
        value_types.DURATION,
        Described(
            "Timeout for establishing a connection.",
            default=defaults.CONNECT_TIMEOUT,
        ),
    ]
    read_timeout: Annotated[
        timedelta,
        value_types.DURATION,
        Described(
            "Timeout for receiving the next part of a response.",
            default=defaults.READ_TIMEOUT,
        ),
    ]
    answer_timeout: Annotated[
        timedelta,
        value_types.DURATION,
        Described(
            "Timeout for a complete response, from connecting to the last byte; at least connect_timeout plus "
            "read_timeout. A page that arrives steadily but takes longer is requested again in halves.",
            default=defaults.ANSWER_TIMEOUT,
        ),
    ]
    max_answer: Annotated[
        int,
        value_types.SIZE,
        Described(
            "Maximum uncompressed size of a response of a console or search server. A larger page is requested again "
            "in halves.",
            default=defaults.MAX_ANSWER,
        ),
    ]
    attempts: Annotated[
        int,
        value_types.COUNT,
        Described(
            "Maximum number of attempts per request on connection and server errors.",
            default=defaults.ATTEMPTS,
        ),
    ]
    allow_http: Annotated[
        bool,
        value_types.BOOLEAN,
        Described(
            "Allow unencrypted HTTP to remote hosts. Anyone on the network path can then read the token.",
            default=False,
        ),
    ]
    metrics_port: Annotated[
        int | None,
        value_types.PORT,
        Described(
            "Port of the Prometheus endpoint /metrics of `s1ecs run`. Requires the extra metrics.",
            default_words="none; no metrics",
        ),
    ]
    metrics_host: Annotated[
        str,
        value_types.HOST,
        Described(
            "Listen address of the Prometheus endpoint. Metrics contain no secrets but are readable without "
            "authentication.",
            default="127.0.0.1",
        ),
    ]
    queries: Annotated[
        tuple[SavedQuery, ...],
        value_types.QUERIES,
        Described(
            "Saved queries of your own for `s1ecs query --saved NAME`: SQL by name, or a mapping of sql, description "
            "and parameters (their defaults). A query that has the name of a shipped one replaces it.",
            default=(),
            default_words="the shipped ones only",
        ),
    ]
    log_level: Annotated[
        Literal["debug", "info", "warning", "error", "critical"],
        Described(
            "Minimum level of logged messages.",
            default="info",
        ),
    ]
    log_format: Annotated[
        Literal["text", "ecs"],
        Described(
            "Log format: text, or ecs for one ECS JSON object per line.",
            default="text",
        ),
    ]
    trace: Annotated[
        Path | None,
        value_types.PATH,
        Described(
            "File to which every request and response is written as a JSON line, without secrets and redacted fields."
            " At 10 MB it is rotated to FILE.1.",
            default_words="none",
        ),
    ]
    origins: Mapping[str, str] = pydantic.Field(repr=False)
    gap: str = pydantic.Field(default="", repr=False)
    build: Callable[[ConsoleEntry], ConsoleSettings] = pydantic.Field(repr=False, exclude=True)
    # Consoles that are kept outside of the file and can't be collected, with the reason.
    console_faults: Mapping[str, str] = pydantic.Field(default={}, repr=False)

    def with_consoles(self, consoles: Iterable[ConsoleSettings], faults: Mapping[str, str], gap: str) -> "Settings":
        """Return the same settings with these consoles instead of those of the file; `gap` says why there is none."""
        origins = {name: place for name, place in self.origins.items() if not name.startswith("consoles.")}
        more = {"origins": origins, "console_faults": faults, "gap": gap}
        return self.model_copy(update={"consoles": tuple(consoles), **more})

    def require_consoles(self) -> tuple[ConsoleSettings, ...]:
        """Give the consoles; a SettingsError shows how to name one when there is none."""
        if self.consoles:
            return self.consoles
        if self.gap:
            raise SettingsError(self.gap)
        raise SettingsError(
            f"no console is configured; write these three lines to {DEFAULT_FILE}, "
            f"or set S1ECS_URL, S1ECS_TOKEN and S1ECS_STATE_DIR:\n{THREE_LINES}"
        )

    def console(self, name: str) -> ConsoleSettings:
        """Give the console of that name; a SettingsError lists the names there are."""
        for console in self.require_consoles():
            if console.name == name:
                return console
        raise SettingsError(f"no console {name!r}; available: {', '.join(each.name for each in self.consoles)}")

    def stream(self, console: ConsoleSettings, name: str) -> StreamSettings:
        """Give what holds for a stream of a console: whether it is collected, how often, how far back at first."""
        return console.streams[name]

    def enabled(self, console: ConsoleSettings) -> Sequence[str]:
        """The names of the streams to collect from a console."""
        return [name for name, stream in console.streams.items() if stream.enabled]
