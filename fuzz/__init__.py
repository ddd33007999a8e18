"""Records as nobody expects them, by the million: what becomes of them, and how long it takes. `make fuzz`."""
