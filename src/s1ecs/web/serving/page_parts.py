"""Parts of the page that live as long as its server, such as running actions and live streams."""

from collections.abc import Callable, Sequence
from typing import Protocol

from fastapi import APIRouter, FastAPI

from s1ecs.web.acting_parts import acting_parts
from s1ecs.web.context import WebContext


class PageParts(Protocol):
    """Routes, and what keeps them working."""

    @property
    def routers(self) -> Sequence[APIRouter]:
        """Routers for the application."""

    def install(self, app: FastAPI) -> None:
        """Take note of the application before it is served."""

    def stop(self) -> None:
        """End open streams: the server is told to stop and waits for its connections."""

    async def close(self) -> None:
        """End what is left: the server has stopped."""


MakeParts = Callable[[WebContext], PageParts]

# Made for each server, in this order; they are stopped and closed in the opposite one.
PARTS: Sequence[MakeParts] = (acting_parts,)
