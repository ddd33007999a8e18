"""s1ecs: SentinelOne data as Elastic Common Schema documents, delivered exactly once."""

__version__ = "0.1.0"
