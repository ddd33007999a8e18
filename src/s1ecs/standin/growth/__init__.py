"""Growth of the console while it runs: new and changed records in all nine streams."""
