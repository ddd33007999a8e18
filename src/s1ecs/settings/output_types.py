"""The types of output, each with its own settings."""

from dataclasses import dataclass
from datetime import timedelta

from s1ecs.settings import kinds
from s1ecs.settings.search_servers import ELASTICSEARCH, OPENSEARCH
from s1ecs.settings.table import Setting


@dataclass(frozen=True)
class OutputType:
    """One type of output with its own settings; the collector knows how to build it by its name."""

    name: str
    help: str
    settings: tuple[Setting, ...] = ()
    several: bool = False


OUTPUT_TYPES: tuple[OutputType, ...] = (
    OutputType(
        "store",
        "One SQLite file, s1ecs.db in state_dir, which `s1ecs query` reads.",
        settings=(
            Setting(
                "keep_days",
                kinds.COUNT,
                "How many days back documents are kept, by their @timestamp; older ones are removed. "
                "The latest state of things of an inventory always stays, and so do documents without @timestamp.",
                default_words="everything",
            ),
            Setting(
                "keep_size",
                kinds.SIZE,
                "How large the store may become, such as 20GB; then the oldest documents are removed, those without "
                "@timestamp never. A file that is older than this setting shrinks after `s1ecs store --compact`, once.",
                default_words="everything",
            ),
        ),
    ),
    OutputType(
        "files",
        "NDJSON files, each document a line with its `_id`, in files of their own for each stream; or standard output.",
        (
            Setting(
                "path",
                kinds.PATH_OR_OUTPUT,
                "The folder; or - for standard output, to stand in a pipe before another program.",
                default_words="none, it is needed",
                needed=True,
            ),
            Setting(
                "compression",
                kinds.choice("none", "zstd"),
                "How files are compressed; zstd needs s1ecs[zstd].",
                default="none",
            ),
            Setting("max_size", kinds.SIZE, "A file is closed before it grows beyond this.", default=100_000_000),
            Setting("max_age", kinds.DURATION, "A file is closed when it is this old.", default=timedelta(hours=1)),
        ),
        several=True,
    ),
    OutputType(
        "elasticsearch",
        "Data streams of Elasticsearch 8 or 9, after `s1ecs setup`; needs s1ecs[elasticsearch].",
        ELASTICSEARCH,
        several=True,
    ),
    OutputType(
        "opensearch",
        "Data streams of OpenSearch 2 or 3, after `s1ecs setup`; needs s1ecs[opensearch].",
        OPENSEARCH,
        several=True,
    ),
)
