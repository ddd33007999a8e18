"""How the console grows while it runs: new records and changed ones in all nine streams."""
