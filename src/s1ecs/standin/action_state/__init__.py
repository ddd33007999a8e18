"""State of actions: received requests, effects to come, controls set by tests."""
