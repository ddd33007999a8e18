"""Response actions: what may be done to hosts, threats, alerts and lists, and the engine that does it."""
