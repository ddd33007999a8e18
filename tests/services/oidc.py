"""npm's oidc-provider, fetched once to the cache of test servers, and a person who logs in there."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx2

from servers.archives import cache_folder
from servers.free_port import free_port
from servers.npm_packages import npm_package
from tests.acceptance.patience import PATIENCE

_PACKAGE, _VERSION = "oidc-provider", "9.13.3"
_SCRIPT = Path(__file__).with_name("oidc_provider.mjs")
_MOST_STEPS = 20


@dataclass(frozen=True)
class LoginProvider:
    """A running provider; it writes the path of each request to `output`."""

    issuer: str
    output: Path

    def requests(self, path: str) -> int:
        """Count the requests of a path so far."""
        return self.output.read_text().splitlines().count(path)


@contextmanager
def running_provider(
    folder: Path, clients: list[dict[str, object]], groups: dict[str, list[str]]
) -> Iterator[LoginProvider]:
    """Run a provider with these clients, and groups by person; raise Unavailable."""
    package, port = npm_package(_PACKAGE, _VERSION, cache_folder()), free_port()
    told = {"folder": str(package), "port": port, "clients": clients, "groups": groups}
    output = folder / "provider.txt"
    with (
        output.open("w") as file,
        subprocess.Popen(
            ["node", _SCRIPT, json.dumps(told)], stdout=subprocess.PIPE, stderr=file, text=True
        ) as process,
    ):
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            assert first == "listening\n", output.read_text()
            yield LoginProvider(f"http://127.0.0.1:{port}", output)
        finally:
            process.kill()


class Person:
    """A browser of somebody who logs in at the provider under a name, agrees, and follows all that leads on."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.client = httpx2.Client(timeout=PATIENCE, trust_env=False)
        self.steps: list[str] = []

    def go(self, address: str, *, until: str = "") -> httpx2.Response:
        """Open an address, and go on by redirects and by the forms of the provider; stop before the path `until`."""
        response = self.client.get(address)
        for _ in range(_MOST_STEPS):
            self.steps.append(f"{response.status_code} {urlsplit(str(response.url)).path}")
            if response.is_redirect:
                target = urljoin(str(response.url), response.headers["location"])
                if until and urlsplit(target).path == until:
                    return response
                response = self.client.get(target)
            elif "/interaction/" in str(response.url):
                response = self._submit(response)
            else:
                return response
        raise AssertionError(self.steps)

    def close(self) -> None:
        """Close the browser."""
        self.client.close()

    def _submit(self, page: httpx2.Response) -> httpx2.Response:
        action = re.search(r'<form[^>]*action="([^"]+)"', page.text)
        assert action is not None, page.text
        fields = dict(re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page.text))
        if 'name="login"' in page.text:
            fields |= {"login": self.name, "password": "any"}
        return self.client.post(urljoin(str(page.url), unescape(action[1])), data=fields)
