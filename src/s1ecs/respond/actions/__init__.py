"""The table of response actions: one file per kind of target."""
