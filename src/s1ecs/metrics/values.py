"""The figures behind the metrics: plain numbers, counted up or set by whoever knows them."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime

from s1ecs.metrics.table import METRICS, Metric

Labels = tuple[str, ...]
# A number, or what it is at a given time.
MetricValue = float | Callable[[datetime], float]


class Figures:
    """The value of each metric by its labels; `clock` gives the time in UTC, for values that move with it."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._values: defaultdict[Metric, dict[Labels, MetricValue]] = defaultdict(dict)

    def add(self, metric: Metric, *labels: str, amount: float = 1) -> None:
        """Count up."""
        values = self._values[metric]
        before = values.get(labels, 0.0)
        values[labels] = amount + (before if isinstance(before, float | int) else 0.0)

    def set(self, metric: Metric, *labels: str, value: MetricValue) -> None:
        """Replace the value."""
        self._values[metric][labels] = value

    def set_since(self, metric: Metric, *labels: str) -> None:
        """Make the value the seconds that have passed since now."""
        began = self._clock()
        self.set(metric, *labels, value=lambda now: (now - began).total_seconds())

    def read(self) -> Iterator[tuple[Metric, list[tuple[Labels, float]]]]:
        """Each metric of the table with its values of this moment."""
        now = self._clock()
        for metric in METRICS:
            values = self._values[metric].items()
            yield metric, [(labels, value(now) if callable(value) else value) for labels, value in values]
