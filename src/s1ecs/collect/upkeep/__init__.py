"""Work beside collecting: heartbeat, token expiry, retention, dead letters."""
