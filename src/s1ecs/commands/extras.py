"""Optional dependencies that the settings of a command need, checked before the command begins."""

from collections.abc import Sequence

from s1ecs.collect.upkeep.archiving import archive_rule
from s1ecs.extras import require
from s1ecs.settings import OutputSettings, Settings


def require_extras(outputs: Sequence[OutputSettings], *, reading: bool = False) -> None:
    """Raise MissingExtra where an output needs an optional dependency that is not installed.

    With `reading` also where its folder holds compressed files, which are to be read.
    """
    for output in outputs:
        if output.type == "files":
            folder = output.values["path"]
            compressed = reading and folder is not None and any(folder.glob("*.ndjson.zst*"))
            if compressed or output.values["compression"] == "zstd":
                require("zstd")
        elif output.type == "kafka":
            require("kafka")


def require_extras_to_collect(settings: Settings) -> None:
    """Raise MissingExtra where `s1ecs collect` needs an optional dependency that is not installed."""
    require_extras(settings.outputs)
    if settings.state is not None:
        require("cluster")
    if archive_rule(settings) is not None:
        require("parquet")


def require_extras_to_run(settings: Settings, *, web: bool = False) -> None:
    """Raise MissingExtra where `s1ecs run`, or `run --web`, needs an optional dependency that is not installed."""
    require_extras_to_collect(settings)
    if settings.metrics_port is not None:
        require("metrics")
    if web:
        require_extras_to_serve(settings)


def require_extras_to_serve(settings: Settings) -> None:
    """Raise MissingExtra where the web page needs an optional dependency that is not installed."""
    require("web")
    if settings.web_oidc_issuer is not None:
        require("oidc")
