"""What documents hold in a field, and what a server's index finds there."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from servers.documents import documents
from servers.running import Running

_MOST = 10_000
# Each field's buckets count against the server's limit for a request.
_FIELDS_AT_ONCE = 20


@dataclass
class Asked:
    """The data streams of one pattern on one server, with all of their documents and their mapping."""

    server: Running
    name: str
    documents: Mapping[str, Any] = field(init=False, repr=False)
    types: Mapping[str, Mapping[str, Any]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.documents = documents(self.server, self.name)
        mappings = [index["mappings"] for index in self.server.ask("GET", f"/{self.name}/_mapping").values()]
        self.types = dict(_leaves(mappings[0]["properties"]))

    def held(self, name: str) -> dict[str, list[Any]]:
        """What each document that has something there holds in a field."""
        found = {identity: list(values(document, name.split("."))) for identity, document in self.documents.items()}
        return {identity: each for identity, each in found.items() if each}

    def search(self, body: Mapping[str, Any]) -> Any:
        """The answer of all shards."""
        answer = self.server.ask("POST", f"/{self.name}/_search", {"size": _MOST, **body})
        assert not answer["_shards"]["failed"], answer["_shards"]
        return answer

    def ids(self, query: Mapping[str, Any]) -> list[str]:
        """The ids of all documents that a query finds."""
        return sorted(hit["_id"] for hit in self.search({"query": query, "_source": False})["hits"]["hits"])

    def buckets(self, names: Sequence[str]) -> dict[str, dict[str, int]]:
        """A terms aggregation on each of these fields: how many documents have each value."""
        found: dict[str, dict[str, int]] = {}
        for start in range(0, len(names), _FIELDS_AT_ONCE):
            some = names[start : start + _FIELDS_AT_ONCE]
            aggregations = {name: {"terms": {"field": name, "size": _MOST}} for name in some}
            answer = self.search({"size": 0, "aggs": aggregations})["aggregations"]
            for name in some:
                assert answer[name]["sum_other_doc_count"] == 0
                found[name] = {each["key"]: each["doc_count"] for each in answer[name]["buckets"]}
        return found

    def matching(self, queries: Mapping[str, Mapping[str, Any]]) -> dict[str, set[str]]:
        """For each of these queries the ids that it finds, all asked in one request."""
        named = [{"bool": {"filter": query, "_name": name}} for name, query in queries.items()]
        found: dict[str, set[str]] = {name: set() for name in queries}
        if named:
            for hit in self.search({"query": {"bool": {"should": named}}, "_source": False})["hits"]["hits"]:
                for name in hit["matched_queries"]:
                    found[name].add(hit["_id"])
        return found

    def terms(self, name: str) -> dict[str, int]:
        """The buckets that a terms aggregation on a field has to give, by what the documents and the mapping hold."""
        definition = self.types[name]
        if "value" in definition:
            return {definition["value"]: len(self.documents)}
        longest = definition.get("ignore_above", 2**31)
        counted: Counter[str] = Counter()
        for each in self.held(name).values():
            counted.update({text for text in map(term, each) if len(text.encode("utf-16-le")) // 2 <= longest})
        return dict(counted)


def values(node: Any, path: Sequence[str]) -> Iterator[Any]:
    """Everything but null that lies at a path, through lists."""
    if isinstance(node, list):
        for each in node:
            yield from values(each, path)
    elif path:
        if isinstance(node, Mapping) and path[0] in node:
            yield from values(node[path[0]], path[1:])
    elif node is not None:
        yield node


def term(value: Any) -> str:
    """A value as a keyword holds it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def nested_in(name: str, types: Iterable[str]) -> str | None:
    """The mapped field that keeps this one inside of it."""
    known = set(types)
    parts = name.split(".")
    return next((parent for depth in range(1, len(parts)) if (parent := ".".join(parts[:depth])) in known), None)


def _leaves(properties: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, definition in properties.items():
        if "properties" in definition:
            yield from _leaves(definition["properties"], f"{path}{name}.")
        else:
            yield f"{path}{name}", definition
