"""The generated page docs/saved-queries.md: every saved query that s1ecs ships."""

from s1ecs.commands.querying.saved import parameters_told
from s1ecs.commands.querying.shipped import SHIPPED

_HEAD = """\
# Saved queries

`s1ecs query --saved NAME` runs a saved query on the local store, `s1ecs query --saved` lists them. This page is
generated from the queries that s1ecs ships; add your own in the [settings file](querying.md#saved-queries).

```console
$ s1ecs query --saved loudest-rules
$ s1ecs query --saved host-timeline -p host=ws-042 -p since=24h
$ s1ecs query --saved open-threats --markdown
```

A parameter is given with `-p NAME=VALUE`; `NAME=VALUE` in the table is its default, and a parameter without a default
is required. `since` takes a duration before now, such as `24h`, or a time, such as `yesterday` or `2026-01-31`.

| name | parameters | result |
|---|---|---|
"""

_TAIL = """
The SQL of a query, to start your own from:

```sh
s1ecs query --saved --ndjson | jq -r 'select(.name == "open-threats").sql'
```
"""


def saved_queries_page() -> str:
    """Write the page in Markdown."""
    rows = [f"| `{query.name}` | {_parameters(parameters_told(query))} | {query.description} |\n" for query in SHIPPED]
    return _HEAD + "".join(rows) + _TAIL


def _parameters(told: str) -> str:
    return ", ".join(f"`{parameter}`" for parameter in told.split())
