"""The state in memory, for unit tests: the same Protocols as `state.sqlite`, without files."""
