"""Comparing outputs with the console and delivering missing documents."""
