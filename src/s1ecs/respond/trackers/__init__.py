"""Trackers: how actions are followed until they are final."""

from s1ecs.respond.trackers.state import StateUpdate, TrackerState
from s1ecs.respond.trackers.tracker import Poll, ReadRequest, Subject, Tracker, TrackerOutcome

__all__ = ["Poll", "ReadRequest", "StateUpdate", "Subject", "Tracker", "TrackerOutcome", "TrackerState"]
