"""A Python function for each action of the table."""
