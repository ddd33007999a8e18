"""The feeds, consoles, states and outputs of the tests of collecting."""

from tests.unit.collect.conftest import console, feed, feed_of, lists, output, paced, state

__all__ = ["console", "feed", "feed_of", "lists", "output", "paced", "state"]
