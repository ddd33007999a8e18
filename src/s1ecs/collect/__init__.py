"""Collecting: from the console through the mapping to the outputs, one commit per step."""
