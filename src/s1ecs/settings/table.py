"""The table of everything a user can set: it feeds reading, help, `s1ecs settings` and docs/settings.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Flag, auto
from pathlib import Path
from typing import Any

from s1ecs.settings import kinds
from s1ecs.settings.kinds import Kind

DEFAULT_FILE = "s1ecs.yaml"
DEFAULT_CONSOLE = "default"
ENVIRONMENT_PREFIX = "S1ECS_"

# All others are given with --set.
_OWN_FLAGS = ("state_dir", "trace", "log_format")

THREE_LINES = """\
url: https://example.sentinelone.net
token_file: token.txt
state_dir: s1ecs-data"""


class Level(Flag):
    """Where a setting may stand: at the top of the file, in a console, or in a stream of `streams`."""

    TOP = auto()
    CONSOLE = auto()
    STREAM = auto()


@dataclass(frozen=True)
class Setting:
    """One row: what the setting is called, what it takes, what holds without it, and why one would set it.

    `default_words` says in words what a default of None means; `needed`: an output can't do without it.
    """

    name: str
    kind: Kind
    help: str
    default: Any = None
    default_words: str = ""
    level: Level = Level.TOP
    needed: bool = False

    @property
    def variable(self) -> str:
        """The name of its environment variable."""
        return ENVIRONMENT_PREFIX + self.name.upper()

    @property
    def flag(self) -> str:
        """How it is given on the command line."""
        return "--" + self.name.replace("_", "-") if self.name in _OWN_FLAGS else f"--set {self.name}"

    def write(self, value: Any) -> str:
        """Write a value for people; a secret comes out as `***`."""
        if value is None or (self.default_words and value == self.default):
            return self.default_words
        return self.kind.write(value)

    @property
    def default_text(self) -> str:
        """The default for people."""
        return self.write(self.default)


_EVERYWHERE = Level.TOP | Level.CONSOLE
_EACH_STREAM = Level.TOP | Level.STREAM

TABLE: tuple[Setting, ...] = (
    Setting(
        "name",
        kinds.NAME,
        "What the console is called: state and documents belong to this name, the address may change.",
        default_words=f"{DEFAULT_CONSOLE} where there is only url; needed in consoles",
        level=Level.CONSOLE,
    ),
    Setting(
        "url",
        kinds.ADDRESS,
        "The console's address; https is meant where no scheme is written, path and query are dropped.",
        default_words="not set",
        level=_EVERYWHERE,
    ),
    Setting(
        "token",
        kinds.TOKEN,
        "The API token itself; a file or a command keeps it out of the settings and can be renewed while s1ecs runs.",
        default_words="not set",
        level=_EVERYWHERE,
    ),
    Setting(
        "token_file",
        kinds.TOKEN_FILE,
        "A file that holds the token; it is read again when the console no longer takes the token.",
        default_words="not set",
        level=_EVERYWHERE,
    ),
    Setting(
        "token_command",
        kinds.COMMAND,
        "A program that prints the token, run without a shell, 30 seconds at most; for password managers.",
        default_words="not set",
        level=_EVERYWHERE,
    ),
    Setting(
        "action_token",
        kinds.TOKEN,
        "The API token of response actions (`s1ecs respond`), so that the one that collects may be a viewer's; without "
        "it, or one of the next two, nothing is done to a host.",
        default_words="not set",
        level=_EVERYWHERE,
    ),
    Setting(
        "action_token_file",
        kinds.TOKEN_FILE,
        "A file that holds the token of response actions.",
        default_words="not set",
        level=_EVERYWHERE,
    ),
    Setting(
        "action_token_command",
        kinds.COMMAND,
        "A program that prints the token of response actions, run without a shell, 30 seconds at most.",
        default_words="not set",
        level=_EVERYWHERE,
    ),
    Setting(
        "consoles",
        kinds.CONSOLES,
        "Several consoles, each with its name, url, token and whatever else differs from the top of the file.",
        default_words="the one of url and token",
    ),
    Setting(
        "state_dir",
        kinds.PATH,
        "The folder of everything s1ecs keeps: checkpoints and the local store s1ecs.db.",
        default=Path("s1ecs-data"),
    ),
    Setting(
        "streams",
        kinds.STREAMS,
        "The streams to collect: a list of their names, or a mapping from name to what differs in that stream.",
        default_words="all",
        level=_EVERYWHERE,
    ),
    Setting(
        "enabled",
        kinds.BOOLEAN,
        "Whether this stream is collected.",
        default=True,
        level=Level.STREAM,
    ),
    Setting(
        "interval",
        kinds.DURATION,
        "The time between two polls of a stream; at the top of the file it replaces every stream's own.",
        default_words="each stream's own",
        level=_EACH_STREAM,
    ),
    Setting(
        "initial_interval",
        kinds.DURATION,
        "How far back the first poll looks; at the top of the file it replaces every stream's own.",
        default_words="each stream's own",
        level=_EACH_STREAM,
    ),
    Setting(
        "overlap",
        kinds.DURATION_OR_NONE,
        "How much before the newest time seen a poll begins again, because records may become visible late.",
        default=timedelta(minutes=10),
    ),
    Setting(
        "page_size",
        kinds.COUNT,
        "How many records to ask for at once; never more than the console allows for the path.",
        default_words="the largest the console allows",
    ),
    Setting(
        "alert_reread",
        kinds.DURATION_OR_NONE,
        "How far back alerts are read again, so that changed verdicts and statuses arrive; 0s: never.",
        default=timedelta(days=7),
    ),
    Setting(
        "alert_reread_interval",
        kinds.DURATION,
        "The time between two such readings of alerts.",
        default=timedelta(hours=1),
    ),
    Setting(
        "outputs",
        kinds.OUTPUTS,
        "Where documents go: a list of outputs, each with its type and that type's own settings.",
        default_words="store",
    ),
    Setting(
        "site_ids",
        kinds.SITES,
        "Collect from these sites only.",
        default=(),
        default_words="every site the token may see",
        level=_EVERYWHERE,
    ),
    Setting(
        "namespace",
        kinds.NAMESPACE,
        "The last part of the data stream's name, data_stream.namespace in documents.",
        default="default",
        level=_EVERYWHERE,
    ),
    Setting(
        "tags",
        kinds.TAGS,
        "The tags of every document.",
        default_words="forwarded, sentinel_one-<stream>",
        level=_EVERYWHERE,
    ),
    Setting(
        "preserve_original_event",
        kinds.BOOLEAN,
        "Keep each record as it came in event.original, and say so by a tag.",
        default=False,
        level=_EVERYWHERE,
    ),
    Setting(
        "preserve_duplicate_custom_fields",
        kinds.BOOLEAN,
        "Keep the own fields of application, application_risk, threat_event and unified_alert whose values also stand "
        "in ECS fields, and say so by a tag.",
        default=False,
        level=_EVERYWHERE,
    ),
    Setting(
        "redact",
        kinds.FIELDS,
        "Fields that never leave the process: not in documents, nor copied to others, to related.* or event.original; "
        "an event.original that is no JSON object is left out. What is set replaces the default; [] redacts nothing.",
        default=("sentinel_one.group.registration_token", "sentinel_one.agent.license.key"),
        level=_EVERYWHERE,
    ),
    Setting(
        "threat_timeline",
        kinds.BOOLEAN,
        "Also ask for each threat's timeline, a document an entry.",
        default=False,
        level=_EVERYWHERE,
    ),
    Setting(
        "geoip",
        kinds.EXISTING_FILE,
        "A MaxMind City database (.mmdb), which tells where addresses lie: host.geo.",
        default_words="none, and no host.geo",
    ),
    Setting(
        "ca_file",
        kinds.EXISTING_FILE,
        "A PEM file with the certificate authorities to trust, for consoles on-premises.",
        default_words="the system's authorities",
        level=_EVERYWHERE,
    ),
    Setting(
        "proxy",
        kinds.PROXY,
        "The proxy on the way to the console.",
        default_words="none",
        level=_EVERYWHERE,
    ),
    Setting(
        "connect_timeout",
        kinds.DURATION,
        "How long a connection may take to come about.",
        default=timedelta(seconds=10),
    ),
    Setting(
        "read_timeout",
        kinds.DURATION,
        "How long the console may stay silent while it answers.",
        default=timedelta(seconds=60),
    ),
    Setting(
        "max_answer",
        kinds.SIZE,
        "The largest answer that is read into memory, unpacked; a larger page is asked for again in halves.",
        default=64_000_000,
    ),
    Setting(
        "attempts",
        kinds.COUNT,
        "How often a request is tried in all, when the connection breaks or the console is in trouble.",
        default=5,
    ),
    Setting(
        "allow_http",
        kinds.BOOLEAN,
        "Allow plain http to other machines; whoever listens on the way then reads the token.",
        default=False,
    ),
    Setting(
        "metrics_port",
        kinds.PORT,
        "The port at which `s1ecs run` shows its metrics for Prometheus, at /metrics; needs s1ecs[metrics].",
        default_words="none, and no metrics",
    ),
    Setting(
        "metrics_host",
        kinds.HOST,
        "The address of this machine at which metrics are shown; they hold no secret, but anyone who reaches it reads "
        "them.",
        default="127.0.0.1",
    ),
    Setting(
        "log_level",
        kinds.choice("debug", "info", "warning", "error", "critical"),
        "The least important level that is logged.",
        default="info",
    ),
    Setting(
        "log_format",
        kinds.choice("text", "ecs"),
        "How the log is written: text for people, ecs for machines (a JSON object a line).",
        default="text",
    ),
    Setting(
        "trace",
        kinds.PATH,
        "A file for every request and its answer, a JSON object a line, without secrets and what redact names; it and "
        "the one before it, with .1 at its name, are at most 10 MB each.",
        default_words="none",
    ),
)

# What makes a console; the other settings of a console fall back to the top of the file.
CONNECTION = ("url", "token", "token_file", "token_command")
TOKENS = CONNECTION[1:]
ACTION_TOKENS = ("action_token", "action_token_file", "action_token_command")

# What belongs to one console alone.
OWN = CONNECTION + ACTION_TOKENS


def rows(level: Level) -> Mapping[str, Setting]:
    """The settings that may stand at a level, by name, in the table's order."""
    return {row.name: row for row in TABLE if level in row.level}
