"""The command line: how each command is called. What a command does stands in `s1ecs.commands`."""

from s1ecs.cli import collecting, documents, reconciling, setting, standin, store
from s1ecs.cli.app import app, main

__all__ = ["app", "collecting", "documents", "main", "reconciling", "setting", "standin", "store"]
