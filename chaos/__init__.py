"""Proof by force that nothing is lost and nothing is doubled: `python -m chaos`."""
