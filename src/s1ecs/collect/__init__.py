"""Moving records from the console to the outputs."""
