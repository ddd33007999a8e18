"""Chaos of a cluster: workers killed and paused, PostgreSQL and Kafka restarted, over many small consoles."""
