"""Health of collecting, computed from settings, state and console; commands, metrics and pages show it."""
