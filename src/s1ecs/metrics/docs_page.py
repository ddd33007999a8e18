"""The generated page docs/metrics.md."""

from s1ecs.metrics.table import METRICS

_HEAD = """\
# Metrics

`s1ecs run` and `s1ecs worker` expose these Prometheus metrics at `http://127.0.0.1:PORT/metrics` when the setting
`metrics_port` is set.
The setting `metrics_host` changes the listen address. Requires the extra `metrics`: `pip install '.[metrics]'` in a
checkout. Metrics contain no secrets, but anyone who can reach the port can read them. This page is generated.

| metric | type | labels | description |
|---|---|---|---|
"""

_TAIL = """
The same port serves `/healthz` and `/readyz`: status 200, or 503 if `s1ecs status` would be critical, with the first
line of its output. Both paths return the same response. Of a worker, `/healthz` fails if it has not reported to the
state for two minutes, `/readyz` after 15 seconds. The metrics `s1ecs_cluster_*` and `s1ecs_console_lag_seconds` are
those of all workers; one worker shows them, see [many machines](scaling.md#monitoring).

Example alerting rules:

```yaml
groups:
  - name: s1ecs
    rules:
      - alert: S1ecsDown
        expr: up{job="s1ecs"} == 0
        for: 5m
      - alert: S1ecsStalled
        expr: s1ecs_checkpoint_age_seconds{stream!~"application.*"} > 1800
      - alert: S1ecsDeadLetters
        expr: increase(s1ecs_rejected_total[1h]) > 0
      - alert: S1ecsTokenExpires
        expr: s1ecs_token_days_left < 14
```
"""


def metrics_page() -> str:
    """Write the page in Markdown."""
    rows = (
        f"| `{metric.shown}` | {metric.kind} | {', '.join(metric.labels)} | {metric.help} |\n" for metric in METRICS
    )
    return _HEAD + "".join(rows) + _TAIL
