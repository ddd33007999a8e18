import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from s1ecs.cluster.open_consoles import OpenConsoles
from s1ecs.collect.feed import Feed
from s1ecs.settings import ConsoleSettings, Settings
from tests.unit.settings.conftest import Loader


class Consoles:
    """Consoles of settings that may change, and a record of what was opened and closed."""

    def __init__(self, folder: Path, feed: Feed) -> None:
        self.folder = folder
        self.feed = feed
        self.record: list[str] = []
        self.settings: Settings

    def change(self, **namespaces: str) -> None:
        """Have consoles with these namespaces."""
        listed = [
            {"name": name, "url": "https://c.example", "token": "t", "namespace": namespace}
            for name, namespace in namespaces.items()
        ]
        self.settings = Loader(self.folder)(json.dumps({"consoles": listed}))

    async def find(self, name: str) -> tuple[Settings, ConsoleSettings | None]:
        """Find a console of the settings as they are now."""
        return self.settings, next((each for each in self.settings.consoles if each.name == name), None)

    @asynccontextmanager
    async def opened(self, _settings: Settings, console: ConsoleSettings) -> AsyncIterator[dict[str, Feed]]:
        """Open a console."""
        self.record.append(f"open {console.name} {console.namespace}")
        yield {"alert": self.feed}
        self.record.append(f"close {console.name} {console.namespace}")


async def test_a_console_stays_open_until_its_settings_change(tmp_path: Path, feed: Feed) -> None:
    """Polls of a console share what is open; the next one picks up a change, and the last one closes the old."""
    consoles = Consoles(tmp_path, feed)
    consoles.change(one="a", two="a")
    cache = OpenConsoles(consoles.find, consoles.opened, 10)
    async with cache.using("one") as feeds, cache.using("one") as same:
        assert list(feeds) == ["alert"]
        assert same is feeds
        consoles.change(one="b", two="a")
        async with cache.using("one") as changed:
            assert changed is not feeds
        assert consoles.record == ["open one a", "open one b"]
    assert consoles.record[2:] == ["close one a"]
    await cache.close()
    assert consoles.record[3:] == ["close one b"]


async def test_a_console_that_was_removed_has_no_feeds(tmp_path: Path, feed: Feed) -> None:
    """A job of a console that the settings have no longer polls nothing."""
    consoles = Consoles(tmp_path, feed)
    consoles.change(one="a")
    async with OpenConsoles(consoles.find, consoles.opened, 10).using("two") as feeds:
        assert feeds == {}
    assert consoles.record == []


async def test_few_consoles_stay_open_unused(tmp_path: Path, feed: Feed) -> None:
    """Beyond a number of open consoles those are closed that nobody polls, the longest unused first."""
    consoles = Consoles(tmp_path, feed)
    consoles.change(one="a", two="a", three="a")
    cache = OpenConsoles(consoles.find, consoles.opened, 2)
    async with cache.using("one"):
        for name in ("two", "three", "two"):
            async with cache.using(name):
                pass
    assert "close one a" not in consoles.record
    assert [line for line in consoles.record if line.startswith("close")] == ["close two a", "close three a"]
    await cache.close()
