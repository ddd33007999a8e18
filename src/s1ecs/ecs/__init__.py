"""Mapping: from a table of fields to Elastic Common Schema documents."""
