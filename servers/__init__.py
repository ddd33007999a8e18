"""Real search servers on this machine, for tests, chaos and benchmarks; fetched once with Maven, never installed."""
