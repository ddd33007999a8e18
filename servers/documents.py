"""What lies in a data stream, over all its backing indices."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from servers.running import Running

_PAGE = 5_000


def data_stream(stream: str, namespace: str = "default") -> str:
    """Where the documents of a stream lie."""
    return f"logs-sentinel_one.{stream}-{namespace}"


def ids(server: Running, name: str) -> Counter[str]:
    """Each `_id`, as often as it is there: a backing index knows only its own."""
    return Counter(hit["_id"] for hit in _hits(server, name, with_source=False))


def documents(server: Running, name: str) -> dict[str, Any]:
    """Each document by its `_id`."""
    return {hit["_id"]: hit["_source"] for hit in _hits(server, name, with_source=True)}


def _hits(server: Running, name: str, *, with_source: bool) -> Iterator[dict[str, Any]]:
    if server.answer("POST", f"/{name}/_refresh")[0] == 404:  # noqa: PLR2004 - HTTP: nothing was written yet
        return
    query = {"size": _PAGE, "_source": with_source, "sort": ["_doc"]}
    page = server.ask("POST", f"/{name}/_search?scroll=1m", query)
    while True:
        # A part of the answer is not what was asked for.
        assert not page["_shards"]["failed"], page["_shards"]
        if not page["hits"]["hits"]:
            break
        yield from page["hits"]["hits"]
        page = server.ask("POST", "/_search/scroll", {"scroll": "1m", "scroll_id": page["_scroll_id"]})
    server.ask("DELETE", "/_search/scroll", {"scroll_id": page["_scroll_id"]})
