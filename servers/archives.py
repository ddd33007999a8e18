"""Where the servers come from: archives that their makers publish for integration tests, fetched once with Maven."""

import fcntl
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from servers.unavailable import Unavailable

Kind = Literal["elasticsearch", "opensearch"]

_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
# Both together are 230 MB.
_SECONDS_TO_FETCH = 300


@dataclass(frozen=True)
class Archive:
    """What Maven calls an archive, and the folder that lies in it."""

    artifact: str
    folder: str


ARCHIVES: Mapping[Kind, Archive] = MappingProxyType(
    {
        "elasticsearch": Archive(
            "org.elasticsearch.distribution.integ-test-zip:elasticsearch:9.2.0:zip", "elasticsearch-9.2.0"
        ),
        "opensearch": Archive("org.opensearch.distribution.integ-test-zip:opensearch:3.4.0:zip", "opensearch-3.4.0"),
    }
)


def cache_folder() -> Path:
    """Where archives are kept unpacked: `~/.cache/s1ecs-test`."""
    return Path("~/.cache/s1ecs-test").expanduser()


def unpacked(kind: Kind, cache: Path) -> Path:
    """The folder of the unpacked archive; fetch it where it isn't there yet, or raise Unavailable.

    Processes that want it at the same time wait for the one that fetches.
    """
    archive = ARCHIVES[kind]
    target = cache / archive.folder
    if target.exists():
        return target
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"{archive.folder}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            with tempfile.TemporaryDirectory(dir=cache) as temporary:
                _unzip(_fetch(archive, Path(temporary)), Path(temporary))
                (Path(temporary) / archive.folder).rename(target)
    return target


def _fetch(archive: Archive, folder: Path) -> Path:
    maven = shutil.which("mvn")
    if maven is None:
        raise Unavailable(f"no Maven (mvn) on this machine to fetch {archive.folder} with")
    command = [maven, "--quiet", "--batch-mode", _COPY, f"-Dartifact={archive.artifact}", f"-DoutputDirectory={folder}"]
    try:
        # Away from the checkout, where no pom.xml can be meant.
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS_TO_FETCH, check=False
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"Maven did not fetch {archive.folder} within {_SECONDS_TO_FETCH} s") from None
    found = sorted(folder.glob("*.zip"))
    if done.returncode or not found:
        said = next((line for line in done.stdout.splitlines() if "ERROR" in line), "it did not say why")
        raise Unavailable(f"Maven could not fetch {archive.folder}: {said}")
    return found[0]


def _unzip(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    archive.unlink()
    for root, _, files in os.walk(folder):
        Path(root).chmod(0o755)
        for name in files:
            # The archives are packed without the bits that say what can be run.
            (Path(root) / name).chmod(0o755 if Path(root).name == "bin" else 0o644)
