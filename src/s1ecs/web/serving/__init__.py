"""Serving of the page: from settings to a running server, with metrics and health."""
