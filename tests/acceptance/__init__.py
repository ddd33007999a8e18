"""The installed command in real processes."""
