"""A rule: which requests a fault strikes; read from YAML or JSON, with errors of one line.

    - kind: too_many_requests   # a key of KINDS
      path: /activities         # a prefix below /web/api/v2.1; all paths if left out
      every: 10                 # every tenth request; or from: 3 and to: 7; or probability: 0.1 and seed: 5
      at_most: 20               # how often at most
      retry_after: 2            # the kind's own parameters

Without `every`, `from`/`to` and `probability` each request is struck.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from s1ecs.standin.faults.kinds import KINDS, FaultKind, FaultOption

_EVERYTHING = "/"
_WHEN: Mapping[str, FaultOption] = {
    "every": FaultOption(None, (int,), least=1),
    "from": FaultOption(None, (int,), least=1),
    "to": FaultOption(None, (int,), least=1),
    "probability": FaultOption(None, (int, float), least=0),
    "at_most": FaultOption(None, (int,), least=0),
}
# One way of telling when, with what belongs to it.
_WAYS = (("every",), ("from", "to"), ("probability",))
_SEED = FaultOption(1, (int,))


class BadRules(ValueError):
    """Rules that can't be read; the text is one line that says where and why."""


@dataclass(frozen=True)
class FaultRule:
    """Rule of a fault: strikes requests below `path`, chosen by number or chance, `at_most` so often."""

    kind: str
    path: str = _EVERYTHING
    every: int | None = None
    first: int | None = None
    last: int | None = None
    probability: float | None = None
    seed: int = 1
    at_most: int | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def does(self) -> FaultKind:
        """Definition of its kind."""
        return KINDS[self.kind]

    def is_about(self, path: str) -> bool:
        """Return True if the path, below the API's prefix, is one of the rule's."""
        prefix = self.path.rstrip("/")
        return path == prefix or path.startswith(prefix + "/")

    def shown(self) -> dict[str, Any]:
        """Return the rule as it can be read again."""
        when = {"every": self.every, "from": self.first, "to": self.last, "probability": self.probability}
        given = {name: value for name, value in {**when, "at_most": self.at_most}.items() if value is not None}
        seed = {"seed": self.seed} if self.probability is not None else {}
        return {"kind": self.kind, "path": self.path, **given, **self.parameters, **seed}


def parse(text: str | bytes) -> tuple[FaultRule, ...]:
    """Read rules from YAML, of which JSON is a part: a list, or an object with the list under `faults`.

    Raises BadRules.
    """
    try:
        given = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise BadRules(f"not YAML{where}") from None
    if isinstance(given, dict) and set(given) == {"faults"}:
        given = given["faults"]
    if given is None:
        return ()
    if not isinstance(given, list):
        raise BadRules("not a list of rules")
    return tuple(_rule(number, each) for number, each in enumerate(given, 1))


def _rule(number: int, given: Any) -> FaultRule:
    if not isinstance(given, dict):
        raise BadRules(f"rule {number}: not an object")
    kind = given.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise BadRules(f"rule {number}: no kind {kind!r}; there are: {', '.join(KINDS)}")
    name = f"rule {number} ({kind})"
    path = given.get("path", _EVERYTHING)
    if not isinstance(path, str) or not path.startswith("/"):
        raise BadRules(f"{name}: path: must begin with /, such as /activities")
    known: dict[str, FaultOption] = {**_WHEN, **KINDS[kind].parameters}
    if "probability" in given:
        known.setdefault("seed", _SEED)
    more = {key: value for key, value in given.items() if key not in {"kind", "path"}}
    for key, value in more.items():
        if key not in known:
            raise BadRules(f"{name}: no parameter {key!r}; there are: {', '.join(('path', *known))}")
        _check(f"{name}: {key}", known[key], value)
    _check_when(name, more)
    parameters = {key: more.get(key, each.default) for key, each in KINDS[kind].parameters.items()}
    return FaultRule(
        kind=kind,
        path=path,
        every=more.get("every"),
        first=more.get("from"),
        last=more.get("to"),
        probability=more.get("probability"),
        seed=more.get("seed", _SEED.default),
        at_most=more.get("at_most"),
        parameters=parameters,
    )


def _check(name: str, parameter: FaultOption, value: Any) -> None:
    # A bool is an int to Python.
    if isinstance(value, bool) or not isinstance(value, parameter.types):
        words = " or ".join({"NoneType": "null"}.get(each.__name__, each.__name__) for each in parameter.types)
        raise BadRules(f"{name}: must be {words}")
    number: Any = value
    if parameter.values and value not in parameter.values:
        raise BadRules(f"{name}: must be one of {', '.join(map(str, parameter.values))}")
    if parameter.least is not None and number is not None and number < parameter.least:
        raise BadRules(f"{name}: must be at least {parameter.least:g}")


def _check_when(name: str, given: dict[str, Any]) -> None:
    if sum(any(key in given for key in way) for way in _WAYS) > 1:
        raise BadRules(f"{name}: every, from/to and probability exclude each other")
    probability: float | None = given.get("probability")
    if probability is not None and probability > 1:
        raise BadRules(f"{name}: probability: must be at most 1")
    first: int = given.get("from", 1)
    last: int | None = given.get("to")
    if last is not None and last < first:
        raise BadRules(f"{name}: to: must not be less than from")
