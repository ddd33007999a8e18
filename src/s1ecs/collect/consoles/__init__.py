"""Facts about each console that collecting needs before it starts: identity, connections, permissions."""
