"""Values and lists of records made ready for the tables of streams."""
