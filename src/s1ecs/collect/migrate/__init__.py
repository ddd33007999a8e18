"""Continuing where Elastic's integration stopped."""
