"""Types of output, each with its own settings."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from s1ecs.settings import kafka_brokers, search_servers, value_types
from s1ecs.settings.setting import Setting


class FindConflicts(Protocol):
    """Finds values of one output that contradict each other."""

    def __call__(self, values: Mapping[str, Any], /, *, allow_http: bool) -> Iterable[str]:
        """Return a text for each conflict, to stand behind the output's name."""


def _no_conflicts(_values: Mapping[str, Any], /, *, allow_http: bool) -> Iterable[str]:
    del allow_http
    return ()


def _store_conflicts(values: Mapping[str, Any], /, *, allow_http: bool) -> Iterable[str]:
    del allow_http
    after, days = values.get("after"), values.get("keep_days")
    if values.get("archive") is None or after is None:
        return
    if after < timedelta(days=1):
        yield "has after below 1d; only whole days that have passed are archived"
    if days is not None and timedelta(days=days) < after:
        yield f"has keep_days {days}, which would remove documents before they are archived; set after: {days}d or less"
    if values.get("keep_size") is not None:
        yield "has keep_size, which would remove documents before they are archived; leave it out and reduce after"


@dataclass(frozen=True)
class OutputType:
    """One type of output with its own settings; `bootstrap/registry.py` builds it from them.

    `several` tells whether several outputs may have the type.
    """

    name: str
    help: str
    settings: tuple[Setting, ...] = ()
    several: bool = False
    amiss: FindConflicts = _no_conflicts


STORE = OutputType(
    "store",
    "Local SQLite database, s1ecs.db in state_dir. Query it with `s1ecs query`.",
    settings=(
        Setting(
            "keep_days",
            value_types.COUNT,
            "Retention in days, by @timestamp. The latest state of each entity and documents without @timestamp "
            "are kept. Without effect with archive, which moves days before.",
            default_words="everything",
        ),
        Setting(
            "keep_size",
            value_types.SIZE,
            "Maximum size of the store, such as 20GB; beyond it the oldest documents are removed, except those "
            "without @timestamp. A database that predates this setting needs `s1ecs store --compact` once.",
            default_words="everything",
        ),
        Setting(
            "archive",
            value_types.PATH,
            "Directory of the archive: `run` and `collect` move old days into Parquet files there, see docs/archive.md."
            " Requires the extra parquet. Not together with keep_size.",
            default_words="none; documents stay in the store",
        ),
        Setting(
            "after",
            value_types.DURATION,
            "With archive: age at which a day (UTC) is moved, at least 1d. keep_days must not be shorter.",
            default=timedelta(days=90),
        ),
    ),
    amiss=_store_conflicts,
)
FILES = OutputType(
    "files",
    "NDJSON files per stream, one document with its `_id` per line; or standard output.",
    (
        Setting(
            "path",
            value_types.PATH_OR_OUTPUT,
            "Directory of the files, or - for standard output.",
            default_words="none; required",
            needed=True,
        ),
        Setting(
            "compression",
            value_types.choice("none", "zstd"),
            "Compression of files. zstd requires the extra zstd.",
            default="none",
        ),
        Setting(
            "max_size", value_types.SIZE, "Maximum size of a file before the next one is started.", default=100_000_000
        ),
        Setting(
            "max_age", value_types.DURATION, "Maximum age of a file before it is closed.", default=timedelta(hours=1)
        ),
    ),
    several=True,
)
ELASTICSEARCH = OutputType(
    "elasticsearch",
    "Data streams of Elasticsearch 8 or 9. Run `s1ecs setup` first.",
    search_servers.ELASTICSEARCH_SETTINGS,
    amiss=search_servers.amiss,
    several=True,
)
OPENSEARCH = OutputType(
    "opensearch",
    "Data streams of OpenSearch 2 or 3. Run `s1ecs setup` first.",
    search_servers.OPENSEARCH_SETTINGS,
    amiss=search_servers.amiss,
    several=True,
)
KAFKA = OutputType(
    "kafka",
    "Topics of Kafka, with the `_id` of each document as its key. Requires the extra kafka. Run `s1ecs setup` first.",
    kafka_brokers.KAFKA_SETTINGS,
    amiss=kafka_brokers.amiss,
    several=True,
)
NULL = OutputType(
    "null",
    "Drops every document, to measure collecting without an output. What it drops is not collected again.",
    (
        Setting(
            "name",
            value_types.NAME,
            "Name of the output in logs, if there are several of its type.",
            default_words="its type",
        ),
    ),
    several=True,
)

OUTPUT_TYPES: tuple[OutputType, ...] = (STORE, FILES, ELASTICSEARCH, OPENSEARCH, KAFKA, NULL)


def output_name(type_name: str, values: Mapping[str, Any]) -> str:
    """Return the name of an output, which no other may have: that of the settings, or its type and folder.

    A folder is told as it is, however its path is spelled.
    """
    if "path" in values:
        path = values["path"]
        return f"{type_name} -" if path is None else f"{type_name} {os.path.realpath(path)}"
    return str(values.get("name") or type_name)
