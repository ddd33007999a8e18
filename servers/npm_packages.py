"""Packages of npm that tests need, each installed once into the cache."""

import fcntl
import shutil
import subprocess
import tempfile
from pathlib import Path

from servers.unavailable import Unavailable

_SECONDS = 300


def npm_package(name: str, version: str, cache: Path) -> Path:
    """Return the folder with `node_modules` that holds a package; install it where it isn't there yet.

    Processes that want it at the same time wait for the one that installs. Raises Unavailable where it can't be had.
    """
    target = cache / f"npm-{name.replace('/', '-')}-{version}"
    if target.exists():
        return target
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable(f"no npm on this machine to install {name} with")
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            with tempfile.TemporaryDirectory(dir=cache) as temporary:
                folder = Path(temporary) / target.name
                folder.mkdir()
                _install(npm, f"{name}@{version}", folder)
                folder.rename(target)
    return target


def _install(npm: str, package: str, folder: Path) -> None:
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), package]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Unavailable(f"npm did not install {package} within {_SECONDS} s") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Unavailable(f"npm could not install {package}: {last}")
