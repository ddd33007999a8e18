"""Live parts of the page by server-sent events."""
