"""The store: documents in the state database, and what answers questions about them at once.

Beside each document stands a row of narrow columns, counts by the hour and an index of its words, all written and
removed in the document's own transaction.
"""

from s1ecs.outputs.store.output import Store, insert
from s1ecs.outputs.store.prepare import prepare
from s1ecs.outputs.store.stream_table import StreamTable, StreamTables

__all__ = ["Store", "StreamTable", "StreamTables", "insert", "prepare"]
