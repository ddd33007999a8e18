"""A recount of latest states: what the data stream tells of each thing against the index of latest states."""

import json
from collections import Counter
from collections.abc import Container, Mapping
from typing import Any

from servers.documents import data_stream, documents
from servers.running import Running

# A thing, and the time of its state; "" where the documents have no time of the state.
State = tuple[str, str]


def latest_index(stream: str, namespace: str = "default") -> str:
    """Where the latest states of a stream lie."""
    return f"sentinel_one-{stream}-latest-{namespace}"


def state_of(stream: str, document: Mapping[str, Any]) -> State | None:
    """What names the thing of a document, and the time of its state; None where the document does not tell."""
    try:
        return _state(stream, document)
    except (KeyError, TypeError):
        return None


def _state(stream: str, document: Mapping[str, Any]) -> State:
    own = document["sentinel_one"].get(stream, {})
    if stream == "alert":
        return document["event"]["id"], _seen_by(document, own["info"]["updated_at"])
    if stream in {"agent", "group"}:
        named = document["host"] if stream == "agent" else document["group"]
        return named["id"], _seen_by(document, document["@timestamp"])
    if stream == "application":
        package = document.get("package", {})
        keys = [own.get(name) for name in ("id", "endpoint_id", "application_vendor")]
        return json.dumps([*keys, package.get("name"), package.get("version")]), ""
    if stream == "application_risk":
        return document["event"]["id"], ""
    return document["event"]["id"], _seen_by(document, document["@timestamp"])


def _seen_by(document: Mapping[str, Any], time: str) -> str:
    """Return the time of a state; one that was in the future when it was fetched counts as of that moment."""
    # Documents of other inputs do not tell when they were fetched.
    return min(time, document["event"]["created"]) if document["input"]["type"] == "httpjson" else time


def amiss(
    server: Running, stream: str, namespace: str = "default", *, committed: Container[str] | None = None
) -> list[str]:
    """What is wrong with the latest states of a stream: a thing missing, there twice, or in a state that is not new.

    A document that does not name its thing, as one of a record that could not be mapped, may stand for any. With
    `committed` ids only those documents are wanted: a killed collector may have given others to the data stream alone.
    """
    kept = [state_of(stream, each) for each in documents(server, latest_index(stream, namespace)).values()]
    states = [each for each in kept if each is not None]
    unnamed = len(kept) - len(states)
    newest: dict[str, str] = {}
    delivered = set()
    for identity, document in documents(server, data_stream(stream, namespace)).items():
        state = state_of(stream, document)
        if state is not None:
            delivered.add(state[0])
            if committed is None or identity in committed:
                newest[state[0]] = max(newest.get(state[0], ""), state[1])
    found = dict(states)
    counts = Counter(thing for thing, _ in states)
    told = [f"{stream}: {thing} is there {count} times" for thing, count in counts.items() if count > 1]
    stale = [thing for thing, time in newest.items() if found.get(thing, time) < time]
    told += [f"{stream}: {thing} is of {found[thing]}, not {newest[thing]}" for thing in stale]
    told += [f"{stream}: {thing} was never delivered" for thing in found.keys() - delivered]
    missing = newest.keys() - found.keys()
    return told + ([f"{stream}: {len(missing)} missing, such as {min(missing)}"] if len(missing) > unnamed else [])
