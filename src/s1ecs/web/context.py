"""Surroundings that all parts of the page share: settings, the store, and the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from s1ecs.settings import Settings
from s1ecs.web.questions.reader import StoreReader


@dataclass(frozen=True)
class WebContext:
    """Surroundings of every page; `now` returns the present in UTC."""

    settings: Settings
    store: StoreReader
    now: Callable[[], datetime]
