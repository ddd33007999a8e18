"""Actions that the page offers, from the table of actions: by stream, with their form fields and confirmation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from s1ecs.respond.actions.action import Action, Argument, On
from s1ecs.respond.actions.table import ACTIONS

# Targets that a document of a stream names, its own object first.
TARGETS_OF: Mapping[str, Sequence[On]] = MappingProxyType(
    {
        "agent": (On.HOST,),
        "alert": (On.ALERT, On.HOST),
        "unified_alert": (On.UNIFIED_ALERT, On.HOST),
        "threat": (On.THREAT, On.HOST),
        "threat_event": (On.HOST,),
        "application": (On.HOST,),
        "application_risk": (On.HOST,),
        "activity": (On.HOST,),
    }
)
# Actions that take a host from its user: a click is made more easily than a command is typed, so the page asks for the
# name here as well, not only where the command line does.
_INTERRUPTING = frozenset({"isolate", "restart", "shutdown"})
# Actions that are offered without opening anything; the others stand behind them.
_FIRST = ("isolate", "release", "scan", "threat mitigate", "threat status", "alert status", "unified-alert status")
_NOUNS = MappingProxyType(
    {
        On.HOST: ("host", "hosts"),
        On.THREAT: ("threat", "threats"),
        On.ALERT: ("alert", "alerts"),
        On.UNIFIED_ALERT: ("unified alert", "unified alerts"),
    }
)
# More targets than these are confirmed by typing their number, as on the command line.
MOST_BY_BUTTON = 10


@dataclass(frozen=True)
class OfferedAction:
    """An action as a page shows it."""

    action: Action

    @property
    def name(self) -> str:
        """Name of the action, as on the command line."""
        return self.action.name

    @property
    def label(self) -> str:
        """Words of its button; of an action on a threat or alert without that word, which the page says anyway."""
        words = self.name.removeprefix("unified-alert ").removeprefix("threat ").removeprefix("alert ")
        text = words.replace("-", " ")
        return text[:1].upper() + text[1:]

    @property
    def fields(self) -> Sequence[Argument]:
        """Arguments that its form asks for."""
        return self.action.arguments

    @property
    def is_direct(self) -> bool:
        """True if it can be planned without asking for anything else."""
        return not self.action.one_of and not any(each.needed for each in self.fields)

    @property
    def is_first(self) -> bool:
        """True if its button is shown without opening anything."""
        return self.name in _FIRST


def offered(stream: str) -> Sequence[OfferedAction]:
    """Return the actions that fit a document of a stream, those on its own object first."""
    return [
        OfferedAction(action) for on in TARGETS_OF.get(stream, ()) for action in ACTIONS.values() if action.on is on
    ]


def asks_for_name(action: Action) -> bool:
    """Tell whether the action is confirmed by typing the name of the host, or the number of targets."""
    return action.dangerous or action.name in _INTERRUPTING


def noun(on: On, count: int) -> str:
    """Return the word for so many targets."""
    return _NOUNS[on][count != 1]
