"""Pages: each a router that asks, and a template that shows."""
