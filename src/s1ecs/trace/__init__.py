"""The trace: every request and its answer as a line of JSON, without any secret."""
