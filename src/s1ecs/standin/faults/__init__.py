"""Faults that the stand-in console makes on purpose, so that a collector can be tried against them."""
