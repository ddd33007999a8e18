"""`s1ecs query --archive`: the store and its archive asked together, by DuckDB."""
