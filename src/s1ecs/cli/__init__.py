"""The command line: how each command is called. What a command does stands in `s1ecs.commands`."""

from s1ecs.cli import (
    adopting,
    collecting,
    documents,
    letters,
    monitoring,
    reconciling,
    responding,
    setting,
    setup,
    standin,
    store,
)
from s1ecs.cli.app import app, main

__all__ = [
    "adopting",
    "app",
    "collecting",
    "documents",
    "letters",
    "main",
    "monitoring",
    "reconciling",
    "responding",
    "setting",
    "setup",
    "standin",
    "store",
]
