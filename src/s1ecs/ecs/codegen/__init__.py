"""Generated code: one Python function per table."""
