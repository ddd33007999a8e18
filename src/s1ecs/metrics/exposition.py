"""Figures as Prometheus reads them."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from s1ecs.metrics.values import Figures

_FAMILIES = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily}


def registry_of(figures: Figures) -> CollectorRegistry:
    """Build a registry whose samples are the figures at the moment it is read."""
    registry = CollectorRegistry()
    registry.register(_FiguresCollector(figures))
    return registry


class _FiguresCollector(Collector):
    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        for metric, values in self._figures.read():
            family = _FAMILIES[metric.kind](metric.name, metric.help, labels=metric.labels)
            for labels, value in values:
                family.add_metric(labels, value)
            yield family
