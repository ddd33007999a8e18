"""The audit trail: rows and documents of every action, and their way to the outputs."""
