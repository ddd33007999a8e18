"""The figures behind the metrics: plain numbers, counted up or set by whoever knows them."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from s1ecs.metrics.table import METRICS, Metric

Labels = tuple[str, ...]
# A number, or what it is at a given time.
MetricValue = float | Callable[[datetime], float]


# No console can have this name.
OTHERS = "(others)"


class Figures:
    """The value of each metric by its labels; `clock` gives the time in UTC, for values that move with it.

    Of more than `most_consoles` the further ones are counted together as OTHERS, and have no gauges: each worker of a
    cluster meets all consoles, and Prometheus keeps a series for each that any worker ever met.
    """

    def __init__(self, clock: Callable[[], datetime], most_consoles: int | None = None) -> None:
        self._clock = clock
        self._most = most_consoles
        self._consoles: set[str] = set()
        self._values: defaultdict[Metric, dict[Labels, MetricValue]] = defaultdict(dict)

    def add(self, metric: Metric, *labels: str, amount: float = 1) -> None:
        """Count up."""
        labels = self._bounded(metric, labels)
        values = self._values[metric]
        before = values.get(labels, 0.0)
        values[labels] = amount + (before if isinstance(before, float | int) else 0.0)

    def set(self, metric: Metric, *labels: str, value: MetricValue) -> None:
        """Replace the value."""
        if OTHERS not in self._bounded(metric, labels):
            self._values[metric][labels] = value

    def replace(self, metric: Metric, values: Mapping[Labels, float]) -> None:
        """Replace all values of a metric."""
        self._values[metric] = dict(values)

    def set_since(self, metric: Metric, *labels: str) -> None:
        """Make the value the seconds that have passed since now."""
        began = self._clock()
        self.set(metric, *labels, value=lambda now: (now - began).total_seconds())

    def _bounded(self, metric: Metric, labels: Labels) -> Labels:
        if self._most is None or metric.labels[:1] != ("console",) or labels[0] in self._consoles:
            return labels
        if len(self._consoles) < self._most:
            self._consoles.add(labels[0])
            return labels
        return (OTHERS, *labels[1:])

    def read(self) -> Iterator[tuple[Metric, list[tuple[Labels, float]]]]:
        """Each metric of the table with its values of this moment."""
        now = self._clock()
        for metric in METRICS:
            values = self._values[metric].items()
            yield metric, [(labels, value(now) if callable(value) else value) for labels, value in values]
