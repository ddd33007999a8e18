"""Printing to a terminal or a pipe: tables, progress, questions."""
