"""The command line: how each command is called. What a command does stands in `s1ecs.commands`."""

from s1ecs.cli import collecting, documents, letters, monitoring, reconciling, setting, standin, store
from s1ecs.cli.app import app, main

__all__ = [
    "app",
    "collecting",
    "documents",
    "letters",
    "main",
    "monitoring",
    "reconciling",
    "setting",
    "standin",
    "store",
]
