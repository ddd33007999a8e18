"""Names of data streams and of the templates that make them."""


def data_stream(stream: str, namespace: str) -> str:
    """Return the data stream of a stream's documents."""
    return f"logs-sentinel_one.{stream}-{namespace}"


def logs_template(stream: str) -> str:
    """Return the index template of a stream's data streams."""
    return f"s1ecs-logs-sentinel_one.{stream}"


def templates(stream: str) -> tuple[str, str]:
    """Return the index templates that fit: ours, and that of Elastic's integration."""
    return logs_template(stream), f"logs-sentinel_one.{stream}"


def latest_template(stream: str) -> str:
    """Return the index template of the latest states of a stream."""
    return f"s1ecs-sentinel_one-{stream}-latest"
