"""Table of all metrics with name, type, help text and labels."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Metric:
    """A metric. The name of a counter is exposed with the suffix `_total`; it starts at 0 with the process."""

    name: str
    kind: Literal["counter", "gauge"]
    help: str
    labels: tuple[str, ...] = ("console", "stream")

    @property
    def shown(self) -> str:
        """Its name as Prometheus has it."""
        return f"{self.name}_total" if self.kind == "counter" else self.name


RECORDS = Metric(
    "s1ecs_records", "counter", "Records read from the console, including records that were delivered before."
)
DOCUMENTS = Metric("s1ecs_documents", "counter", "New documents that every output stored or refused.")
NOT_MAPPED = Metric(
    "s1ecs_not_mapped", "counter", "Documents whose record could not be mapped (event.kind: pipeline_error)."
)
REJECTED = Metric("s1ecs_rejected", "counter", "Documents that an output refused and that were kept as dead letters.")
LEFT_OUT = Metric(
    "s1ecs_left_out",
    "counter",
    "Unreadable records that were skipped, and items whose request failed (retried at each poll).",
)
POLLS = Metric(
    "s1ecs_polls",
    "counter",
    "Finished walks, by state: ok, skipped, failed or stopped.",
    ("console", "stream", "walk", "state"),
)
REQUESTS = Metric(
    "s1ecs_requests",
    "counter",
    "Requests sent, by path (without ids) and HTTP status (none without a response).",
    ("console", "path", "status"),
)
REQUEST_SECONDS = Metric(
    "s1ecs_request_seconds",
    "counter",
    "Total time from sending a request to the end of its response, in seconds.",
    ("console", "path"),
)
RETRIES = Metric("s1ecs_retries", "counter", "Requests that retried a failed request.", ("console", "path"))
LAG = Metric(
    "s1ecs_lag_seconds",
    "gauge",
    "Age of the newest record at the last poll, by the clock of the console, in seconds; a quiet stream has a large "
    "lag. For inventories: time since the last complete walk.",
)
CHECKPOINT_AGE = Metric(
    "s1ecs_checkpoint_age_seconds", "gauge", "Time since this process saved the checkpoint of the stream, in seconds."
)
SPOOLED = Metric(
    "s1ecs_spooled", "gauge", "Documents spooled on disk for an output that currently accepts none.", ("output",)
)
TOKEN_DAYS = Metric(
    "s1ecs_token_days_left",
    "gauge",
    "Days until the token of the console expires; absent if the console does not report it.",
    ("console",),
)

# Those below come from the one worker that hands out the work, because they are the same for all.
CLUSTER_WORKERS = Metric("s1ecs_cluster_workers", "gauge", "Workers by state: live, draining or dead.", ("state",))
CLUSTER_CONSOLES = Metric(
    "s1ecs_cluster_consoles", "gauge", "Consoles by state: collected, paused or invalid.", ("state",)
)
CLUSTER_POLLS = Metric("s1ecs_cluster_polls_running", "gauge", "Streams that a live worker polls at the moment.", ())
CLUSTER_QUEUE = Metric("s1ecs_cluster_queue", "gauge", "Consoles that wait in the queue for a worker.", ())
CLUSTER_DUE = Metric("s1ecs_cluster_due_streams", "gauge", "Streams that are due and polled by no live worker.", ())
CLUSTER_STUCK = Metric(
    "s1ecs_cluster_stuck_streams", "gauge", "Streams that do not move; `s1ecs cluster status` tells the reasons.", ()
)
CLUSTER_LAG = Metric(
    "s1ecs_cluster_lag_seconds", "gauge", "Time since the oldest due stream became due, in seconds.", ()
)
CONSOLE_LAG = Metric(
    "s1ecs_console_lag_seconds",
    "gauge",
    "Time since the oldest due stream of the console became due, in seconds; of the 100 most delayed consoles.",
    ("console",),
)

CLUSTER = (
    CLUSTER_WORKERS,
    CLUSTER_CONSOLES,
    CLUSTER_POLLS,
    CLUSTER_QUEUE,
    CLUSTER_DUE,
    CLUSTER_STUCK,
    CLUSTER_LAG,
    CONSOLE_LAG,
)

METRICS = (
    RECORDS,
    DOCUMENTS,
    NOT_MAPPED,
    REJECTED,
    LEFT_OUT,
    POLLS,
    REQUESTS,
    REQUEST_SECONDS,
    RETRIES,
    LAG,
    CHECKPOINT_AGE,
    SPOOLED,
    TOKEN_DAYS,
    *CLUSTER,
)
