"""Command line: the arguments and help of every command. `commands` does the work."""

from s1ecs.cli.app import app, main

__all__ = ["app", "main"]
