"""Metrics of a running collector, for Prometheus."""
