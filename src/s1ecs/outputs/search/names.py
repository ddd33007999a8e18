"""Names of data streams and of the templates that make them."""


def data_stream(stream: str, namespace: str) -> str:
    """The data stream that a stream's documents go to."""
    return f"logs-sentinel_one.{stream}-{namespace}"


def logs_template(stream: str) -> str:
    """Our index template of a stream's data streams."""
    return f"s1ecs-logs-sentinel_one.{stream}"


def templates(stream: str) -> tuple[str, str]:
    """The index templates that fit: ours, and the one of Elastic's integration."""
    return logs_template(stream), f"logs-sentinel_one.{stream}"


def latest_template(stream: str) -> str:
    """The index template of the latest state of a stream's things."""
    return f"s1ecs-sentinel_one-{stream}-latest"
