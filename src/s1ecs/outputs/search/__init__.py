"""Elasticsearch and OpenSearch as places that documents go to: one seam, a thin client of each behind it."""
