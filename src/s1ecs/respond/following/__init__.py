"""How actions are followed to their end."""

from s1ecs.respond.following.follower import Follower, Outcome, Read, State, Subject, Turn

__all__ = ["Follower", "Outcome", "Read", "State", "Subject", "Turn"]
