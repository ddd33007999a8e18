"""The applications that the made-up hosts have: a table of common ones, and a tail that grows with the hosts."""

from dataclasses import dataclass
from functools import cache
from random import Random

from s1ecs.standin import invent

_FIRST = ("Amber", "Birch", "Cobalt", "Delta", "Ember", "Fjord", "Granite", "Harbour", "Indigo", "Juniper", "Kettle",
          "Lantern", "Meadow", "Nimbus", "Orchard", "Pebble")  # fmt: skip
_SECOND = ("Archive", "Board", "Calc", "Draw", "Editor", "Forms", "Gateway", "Helper", "Invoice", "Journal", "Ledger",
           "Mail", "Notes", "Planner", "Query", "Reader", "Scan", "Sync", "Viewer", "Wiki")  # fmt: skip
_VENDORS = ("Example Software", "Birch & Daughters Ltd.", "Cloverdale Systems", "Example Trading", "River Tools Inc",
            "Open Meadow Project", "Wren, Lark and Co", "Nordlicht Häfen AG")  # fmt: skip

_ALL = ("windows", "osx", "linux")
_DESKTOPS = ("windows", "osx")
_WINDOWS = ("windows",)
_MAC = ("osx",)
_LINUX = ("linux",)

AGENT = "Sentinel Agent"


@dataclass(frozen=True)
class Application:
    """An application as the inventory groups it: by name and vendor. `share` of 100 hosts of its systems have it.

    `versions` are from the oldest to the newest; the agent's are those of the hosts' agents.
    """

    name: str
    vendor: str | None
    systems: tuple[str, ...]
    share: int
    versions: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """Key by which it is requested: an unknown vendor is an empty text."""
        return self.name, self.vendor or ""


# Name, vendor, systems, share, style of its versions.
_COMMON = (
    (AGENT, "SentinelOne", _ALL, 100, ""),
    ("Example Browser", "Example Software", _DESKTOPS, 85, "{a}0.0.{c}.{b}"),
    ("Example Writer", "Example Software", _DESKTOPS, 70, "16.{a}.{c}"),
    ("Example Writer (Service Release)", "Example Software", _WINDOWS, 25, "16.{a}.{c}"),
    # The inventory groups by vendor too.
    ("Packer", "Cloverdale Systems", _ALL, 45, "{a}.0{b}"),
    ("Packer", "River Tools Inc", _ALL, 30, "{a}.{b}.{c}-beta"),
    ("Terminal", "Open Meadow Project", _ALL, 40, "release 0.{a}.{b}.0"),
    # What does not stand in an address as it is.
    ("C++ 2022 Runtime & Tools (x64) - 14.38", "C++ Makers & Co. KG", _WINDOWS, 80, "14.{a}.{c}.0"),
    ("C++ 2022 Runtime & Tools (x86) - 14.38", "C++ Makers & Co. KG", _WINDOWS, 60, "14.{a}.{c}.0"),
    ("100% Backup / Restore?", "a=b; c#d, Inc.", _WINDOWS, 15, "{a}.{b}"),
    ("Übersetzer für Büro", "Größer & Söhne GmbH", _DESKTOPS, 30, "{a}.{b}"),
    ("日本語入力ツール", "株式会社サンプル", _DESKTOPS, 15, "{a}.{b}.{c}"),
    ("Meeting 📅 Room", "Example Trading", _DESKTOPS, 35, "{a}.{b}.{c}"),
    # Nobody signed these.
    ("house-inventory", None, _ALL, 40, "{a}.{b}"),
    ("printer-setup", None, _DESKTOPS, 30, ""),
    ("Office Update Helper", "Example Software", _WINDOWS, 75, "1.{a}.{b}.{c}"),
    ("Remote Help", "Wren, Lark and Co", _WINDOWS, 50, "{a}.{b}.{c}"),
    ("Edge of Map", "Example Trading", _WINDOWS, 40, "11{a}.0.{c}.{b}"),
    ("Git Tools", "The Example Git Community", _WINDOWS, 30, "2.{a}.0.windows.{b}"),
    ("Directory Console", "Example Software", _WINDOWS, 20, "10.0.{c}"),
    ("Disk Doctor", "Birch & Daughters Ltd.", _MAC, 45, "{a}.{b}"),
    ("Notebook", "Example Software", _MAC, 90, "{a}.{b}"),
    ("Photo Shelf", "Example Software", _MAC, 90, "{a}.{b}"),
    ("Container Desk", "Harbour Works", _MAC, 40, "4.{a}.{b}"),
    ("Keychain Helper", "Example Software", _MAC, 80, "{a}.{b}.{c}"),
    *((f"example-{name}", "Open Meadow Project", _LINUX, share, "{a}.{b}.{c}-{b}ubuntu0.{a}") for name, share in (
        ("shell", 95), ("ssl", 95), ("httpd", 45), ("kernel-modules", 90), ("ssh-server", 90), ("cron", 85),
        ("python3", 80), ("resolver", 70), ("container-runtime", 55), ("database", 30), ("time-sync", 75),
    )),
)  # fmt: skip
_MOST_VERSIONS = 7


class Catalogue:
    """The applications of one seed; the same number stands for the same application in every organisation of it."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.common = tuple(
            Application(name, vendor, systems, share, _versions(invent.source(seed, "versions", name, vendor), style))
            for name, vendor, systems, share, style in _COMMON
        )
        self.rare = cache(self._rare)

    def _rare(self, number: int) -> Application:
        """Return the application of that number in the tail."""
        random = invent.source(self._seed, "application", number)
        again, place = divmod(number, len(_FIRST) * len(_SECOND))
        # The step has no divisor in common with the number of names, so that neighbours differ in both words.
        second, first = divmod(place * 37 % (len(_FIRST) * len(_SECOND)), len(_FIRST))
        name = f"{_FIRST[first]} {_SECOND[second]}"
        return Application(
            name=f"{name} {again + 1}" if again else name,
            vendor=random.choice(_VENDORS),
            systems=_ALL,
            share=0,
            versions=_versions(random, "{a}.{b}.{c}"),
        )


def _versions(random: Random, style: str) -> tuple[str, ...]:
    if not style:
        return ("",)
    numbers = sorted(
        {(random.randrange(1, 30), random.randrange(10)) for _ in range(random.randrange(1, _MOST_VERSIONS))}
    )
    return tuple(dict.fromkeys(style.format(a=a, b=b, c=random.randrange(10, 8000)) for a, b in numbers))
