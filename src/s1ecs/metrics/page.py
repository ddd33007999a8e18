"""docs/metrics.md, from the table."""

from s1ecs.metrics.table import METRICS

_HEAD = """\
# Metrics

`s1ecs run` shows these at `http://127.0.0.1:PORT/metrics` once the setting `metrics_port` names a port; the setting
`metrics_host` names another address of the machine. They need `pip install 's1ecs[metrics]'`. No metric holds a secret;
whoever reaches the port can read them. This page is generated.

| metric | kind | labels | what it says |
|---|---|---|---|
"""

_TAIL = """
Worth an alarm, in Prometheus' own words:

```yaml
groups:
  - name: s1ecs
    rules:
      - {alert: s1ecs is gone, expr: 'up{job="s1ecs"} == 0', for: 5m}
      - {alert: s1ecs does not get on, expr: s1ecs_checkpoint_age_seconds{stream!~"application.*"} > 1800}
      - {alert: s1ecs has dead letters, expr: 'increase(s1ecs_rejected_total[1h]) > 0'}
      - {alert: s1ecs needs a new token, expr: s1ecs_token_days_left < 14}
```
"""


def metrics_page() -> str:
    """The page."""
    rows = (
        f"| `{metric.shown}` | {metric.kind} | {', '.join(metric.labels)} | {metric.help} |\n" for metric in METRICS
    )
    return _HEAD + "".join(rows) + _TAIL
