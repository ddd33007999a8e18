"""The wheel of this checkout, installed into environments that hold nothing else than what it asks for."""

import importlib.util
import subprocess
import sys
from pathlib import Path

from .patience import PATIENCE

ROOT = Path(__file__).parents[2]
_LOCKED = ROOT / "requirements" / "run.txt"
_UV = Path(sys.executable).with_name("uv")


class Unavailable(Exception):
    """Packages can't be had on this machine; the text tells why, and is a reason to skip."""


class Installer:
    """Builds the wheel and makes an environment for each choice of extras. Raises Unavailable without packages."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # What can't be installed here, though nothing of this checkout is involved, is no fault of its wheel.
        fetched = _uv("pip", "install", "--require-hashes", "-r", _LOCKED, "-p", self._empty("locked"))
        if fetched.returncode:
            raise Unavailable(f"packages can't be had: {' '.join(fetched.stderr.split())}")
        self.wheel = build(folder / "dist")

    def install(self, name: str, *extras: str) -> Path:
        """Make an environment of that name with these extras; give the folder of its commands."""
        commands = self._empty(name).parent
        self.add(commands, f"s1ecs[{','.join(extras)}] @ {self.wheel.as_uri()}")
        return commands

    def add(self, commands: Path, wanted: str) -> None:
        """Install more into an environment, from packages that were fetched before."""
        added = _uv("pip", "install", "--offline", "-p", commands / "python", "-c", _LOCKED, wanted)
        assert added.returncode == 0, added.stderr

    def _empty(self, name: str) -> Path:
        environment = self._folder / name
        made = _uv("venv", "--clear", "-p", sys.executable, environment)
        assert made.returncode == 0, made.stderr
        return environment / "bin" / "python"


def build(folder: Path, root: Path = ROOT) -> Path:
    """Build the wheel of `root` as `make build` does; with uv where the tests' own environment has no pip."""
    if importlib.util.find_spec("pip") is None:
        built = _uv("build", "--wheel", "--no-build-isolation", "-p", sys.executable, "-o", folder, root)
    else:
        options = ("--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--wheel-dir", folder)
        built = _run(sys.executable, "-m", "pip", "wheel", "-q", *options, root)
    assert built.returncode == 0, built.stderr
    [wheel] = folder.glob("s1ecs-*.whl")
    return wheel


def _uv(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return _run(_UV, "-q", *arguments)


def _run(*command: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
