"""Trace: every request and its response as a line of JSON, without secrets."""
