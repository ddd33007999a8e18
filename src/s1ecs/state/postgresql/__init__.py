"""The state in PostgreSQL: the same Protocols as `state.sqlite`, for processes on any number of machines."""
