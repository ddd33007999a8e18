"""Outputs: destinations of documents. They know neither the API nor the streams."""
