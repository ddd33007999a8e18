"""From settings to running objects: clients, outputs, feeds."""
