"""Backfill of a past range, of one output alone, and of an output from the local store."""
