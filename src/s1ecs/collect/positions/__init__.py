"""Positions: where a walk stands, as frozen values, each read from and written to JSON in one place."""
