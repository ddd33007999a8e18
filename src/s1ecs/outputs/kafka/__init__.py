"""Kafka as an output: one topic per stream, each document once, its id as the key."""
