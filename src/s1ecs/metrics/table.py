"""Every metric: what it is called, what it counts or measures, and by what it is told apart."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Metric:
    """A metric; a counter's name is shown with `_total` behind it and starts at 0 with the process."""

    name: str
    kind: Literal["counter", "gauge"]
    help: str
    labels: tuple[str, ...] = ("console", "stream")

    @property
    def shown(self) -> str:
        """Its name as Prometheus has it."""
        return f"{self.name}_total" if self.kind == "counter" else self.name


RECORDS = Metric("s1ecs_records", "counter", "Records read from the console, those delivered before included.")
DOCUMENTS = Metric("s1ecs_documents", "counter", "New documents that every output made durable, or refused.")
NOT_MAPPED = Metric("s1ecs_not_mapped", "counter", "Of the documents: those whose event.kind is pipeline_error.")
REJECTED = Metric("s1ecs_rejected", "counter", "Documents that an output refused; they are among the dead letters.")
LEFT_OUT = Metric(
    "s1ecs_left_out",
    "counter",
    "Records that can't be read, and items whose call failed (these are asked for again at each poll).",
)
POLLS = Metric(
    "s1ecs_polls",
    "counter",
    "Walks that ended, by state: ok, set aside, failed, stopped.",
    ("console", "stream", "walk", "state"),
)
REQUESTS = Metric(
    "s1ecs_requests",
    "counter",
    "Requests sent, by path (without ids) and HTTP status; none where no answer came.",
    ("console", "path", "status"),
)
REQUEST_SECONDS = Metric(
    "s1ecs_request_seconds",
    "counter",
    "Seconds from sending requests to the end of their answers.",
    ("console", "path"),
)
RETRIES = Metric("s1ecs_retries", "counter", "Of the requests: those that repeat one that failed.", ("console", "path"))
LAG = Metric(
    "s1ecs_lag_seconds",
    "gauge",
    "How old the newest record was at the last poll, by the console's clock, so that a quiet stream has a large lag; "
    "of an inventory: seconds since it was read through.",
)
CHECKPOINT_AGE = Metric(
    "s1ecs_checkpoint_age_seconds", "gauge", "Seconds since the stream's checkpoint was saved by this process."
)
SPOOLED = Metric(
    "s1ecs_spooled", "gauge", "Documents that wait on disk for an output that does not take them now.", ("output",)
)
TOKEN_DAYS = Metric(
    "s1ecs_token_days_left", "gauge", "Days until the console's token expires; absent where nobody tells.", ("console",)
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
)
