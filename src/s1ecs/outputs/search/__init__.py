"""Elasticsearch and OpenSearch as outputs, over one HTTP client."""
