"""Many actions at one time: planned together, each written down, sent and followed on its own."""
