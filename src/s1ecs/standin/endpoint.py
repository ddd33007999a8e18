"""Definition of a path of the API."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from s1ecs.standin.console import StandinResponse
from s1ecs.standin.parameters.parameter import Parameter
from s1ecs.standin.tokens import Acting, Permission


def never(_body: bytes) -> bool:
    """Say that no request of this path acts."""
    return False


def always(_body: bytes) -> bool:
    """Say that every request of this path acts."""
    return True


@dataclass(frozen=True)
class Endpoint:
    """A path of the API below its prefix: who may ask it, with what parameters, and what answers.

    `schemes` are the words before the token that the path takes. A path `of_star` is not there on a console without.
    `acts` tells by the body whether a request acts, so that it is kept for GET /_standin/actions.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    needs: Literal["nothing", "token"] | Permission | Acting
    parameters: tuple[Parameter, ...]
    answer: StandinResponse
    schemes: tuple[str, ...] = ("ApiToken",)
    of_star: bool = False
    acts: Callable[[bytes], bool] = never
