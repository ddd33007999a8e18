"""A stand-in console to act on: what is there, what it received, how it goes wrong."""

import json
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .conftest import Commands
from .patience import PATIENCE

TOKEN = "actor"


class Acting:
    """Runs `s1ecs respond` against one stand-in, quick in all it does."""

    def __init__(self, folder: Path, url: str) -> None:
        self.url = url
        self.commands = Commands(folder, url)
        self.commands.environment["S1ECS_ACTION_TOKEN"] = TOKEN
        self.agents = self.get("/web/api/v2.1/agents?limit=1000&isDecommissioned=True,False")["data"]
        self._used: set[str] = set()
        self.control()

    def get(self, path: str) -> Any:
        """The JSON at a path."""
        return self._ask("GET", path)

    def send(self, path: str, body: Any) -> None:
        """Act on the console as if by hand: POST to a path of the API."""
        self._ask("POST", f"/web/api/v2.1{path}", body)

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"ApiToken {TOKEN}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)  # noqa: S310 - our own server
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
            return json.load(answer)

    def first(self, path: str) -> Mapping[str, Any]:
        """The first record of a list."""
        record: Mapping[str, Any] = self.get(f"/web/api/v2.1{path}?limit=1")["data"][0]
        return record

    def unified_alert(self) -> str:
        """The id of a unified alert."""
        body = {"query": "query { alerts(first: 1) { edges { node { id } } } }", "variables": {}}
        answer = self._ask("POST", "/web/api/v2.1/unifiedalerts/graphql", body)
        return str(answer["data"]["alerts"]["edges"][0]["node"]["id"])

    def control(self, **controls: Any) -> None:
        """Tell the stand-in how things go from now on, and let it forget what it received."""
        self._ask("DELETE", "/_standin/actions")
        self._ask("POST", "/_standin/actions", {"latency": 0.2, "scan_lasts": 0.4, **controls})

    def received(self) -> list[dict[str, Any]]:
        """The requests that acted, since `control`: method, path and body."""
        found = self.get("/_standin/actions")["requests"]
        return [{key: each[key] for key in ("method", "path", "query", "body")} for each in found]

    def host(self, system: str = "windows", **state: Any) -> Mapping[str, Any]:
        """An agent that no other test uses, online unless told otherwise."""
        wanted = {"isActive": True, "isDecommissioned": False, "networkStatus": "connected", **state}
        for agent in self.agents:
            if agent["id"] in self._used or agent["osType"] != system or agent["scanStatus"] == "started":
                continue
            if all(agent[key] == value for key, value in wanted.items()):
                self._used.add(agent["id"])
                return agent  # type: ignore[no-any-return]
        raise AssertionError(f"no agent of {system} left with {wanted}")

    def act(self, *arguments: str, **environment: str) -> tuple[int, dict[str, Any]]:
        """Do an action: its exit status, and what it printed as JSON."""
        result = self.commands.run("respond", *arguments, "--yes", "--json", "--poll", "0.05", **environment)
        assert result.stdout, result.stderr
        return result.returncode, json.loads(result.stdout)

    def dry(self, *arguments: str) -> list[dict[str, Any]]:
        """What `--dry-run --json` prints."""
        output = self.commands.ok("respond", *arguments, "--dry-run", "--json")
        return [json.loads(line) for line in output.splitlines()]


def same(shown: Any, sent: Any) -> bool:
    """Whether what was shown equals what was sent, but for values drawn anew, which are shown as `***`."""
    if shown == "***":
        return isinstance(sent, str) and len(sent) > 10
    if isinstance(shown, dict):
        return isinstance(sent, dict) and shown.keys() == sent.keys() and all(same(shown[k], sent[k]) for k in shown)
    if isinstance(shown, list):
        return isinstance(sent, list) and len(shown) == len(sent) and all(map(same, shown, sent))
    return bool(shown == sent)
