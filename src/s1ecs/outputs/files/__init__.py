"""NDJSON files and standard output."""
