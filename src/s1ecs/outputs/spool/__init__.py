"""Documents waiting on disk for an output that does not accept them."""
