"""Figures in the text that Prometheus reads."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from s1ecs.metrics.figures import Figures

_FAMILIES = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily}


def exposition(figures: Figures, accept: str) -> tuple[str, bytes]:
    """The content type and the text, in the form that the header Accept asks for."""
    registry = CollectorRegistry()
    registry.register(_Shown(figures))
    encode, content_type = choose_encoder(accept)
    return content_type, encode(registry)


class _Shown(Collector):
    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        for metric, values in self._figures.read():
            family = _FAMILIES[metric.kind](metric.name, metric.help, labels=metric.labels)
            for labels, value in values:
                family.add_metric(labels, value)
            yield family
