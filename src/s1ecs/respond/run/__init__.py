"""Running an action: send, follow, refuse, and how it ends."""
