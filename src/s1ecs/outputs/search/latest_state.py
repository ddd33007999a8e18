"""The latest state: one document per entity in its own index, replaced only by a state as new or newer.

The server itself compares versions (`version_type: external_gte`): what is older is answered by 409, and is done.
"""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, NamedTuple

from s1ecs.outputs.output import Batch


class LatestState(NamedTuple):
    """A document to put into the index of latest states: the id it has in its data stream, and its line of a bulk."""

    id: str
    action: Mapping[str, Any]
    document: Mapping[str, Any]


def latest_index(stream: str, namespace: str) -> str:
    """Return the index that holds the latest state of each entity of a stream."""
    return f"sentinel_one-{stream}-latest-{namespace}"


def latest_states(batch: Batch) -> list[LatestState]:
    """Return the documents of a batch for the index of latest states, whether or not the data stream holds them.

    A thing that returned to an earlier state comes with a document that was delivered before, and is its latest again.
    Two states of one millisecond have one version; the one that is sent later stays. Raises nothing.
    """
    index = latest_index(batch.stream, batch.namespace)
    found = []
    for identity, document in batch.documents:
        thing = batch.things.get(identity)
        if thing is not None:
            about = {
                "_index": index,
                "_id": _id(thing.console or batch.console, thing.key),
                "version": thing.version,
                "version_type": "external_gte",
            }
            found.append(LatestState(identity, {"index": about}, document))
    return found


def _id(console: str, thing: str) -> str:
    """Return an id that includes the console: consoles may share a namespace, and their entities a key."""
    digest = hashlib.sha1(f"{console}\0{thing}".encode(), usedforsecurity=False).digest()
    return b64encode(digest).decode()
