"""Everything after a step: deduplication, mapping, outputs, commit."""
