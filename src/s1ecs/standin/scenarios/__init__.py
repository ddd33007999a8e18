"""Scenarios on the generated hosts, by operating system."""

from s1ecs.standin.scenarios.linux import LINUX
from s1ecs.standin.scenarios.macos import MACOS
from s1ecs.standin.scenarios.scenario import Scenario
from s1ecs.standin.scenarios.windows import WINDOWS

SCENARIOS = (*WINDOWS, *MACOS, *LINUX)

__all__ = ["SCENARIOS", "Scenario"]
