"""Metrics of the state: health as `s1ecs status` judges it, for the page, which collects nothing itself."""

from collections.abc import Callable, Iterator, Sequence

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from s1ecs.monitor.health import HealthLine, overall

ReadLines = Callable[[], Sequence[HealthLine]]


class HealthMetrics(Collector):
    """Gauges of the health lines, read from the state whenever metrics are asked for; blocks while it reads."""

    def __init__(self, read: ReadLines) -> None:
        self._read = read

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the metrics."""
        lines = self._read()
        whole = GaugeMetricFamily("s1ecs_status", "Health of the collection: 0 ok, 1 warning, 2 critical.")
        whole.add_metric([], overall(lines).health)
        yield whole
        labels = ("console", "stream")
        status = GaugeMetricFamily(
            "s1ecs_stream_status", "Health of the stream: 0 ok, 1 warning, 2 critical.", labels=labels
        )
        age = GaugeMetricFamily(
            "s1ecs_stream_age_seconds", "Time since the last successful poll of the stream, in seconds.", labels=labels
        )
        letters = GaugeMetricFamily(
            "s1ecs_stream_dead_letters", "Documents that an output refused and that are kept.", labels=labels
        )
        for line in lines:
            if line.stream:
                names = [line.console, line.stream]
                status.add_metric(names, line.health)
                letters.add_metric(names, line.dead_letters)
                if line.age is not None:
                    age.add_metric(names, line.age.total_seconds())
        yield from (status, age, letters)
