"""The Java that a server runs with: not always the one that `java` names."""

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from servers.unavailable import Unavailable

# What both search servers demand.
LEAST_VERSION = 21
_FOLDERS = ("/usr/lib/jvm", "/usr/java", "/opt/java", "/opt/jdk", "/opt", "~/.sdkman/candidates/java", "~/.jdks")
_VERSION = re.compile(r'^JAVA_VERSION="(\d+)', re.MULTILINE)


def java_home(folders: Iterable[Path] | None = None, *, least: int = LEAST_VERSION) -> Path:
    """Find the home of a Java of version `least` or newer, the newest of those there are, or raise Unavailable."""
    found = {home.resolve(): _version(home) for home in (_candidates() if folders is None else folders)}
    versions = {home: version for home, version in found.items() if version}
    if not versions:
        raise Unavailable(f"no Java on this machine; a real server needs version {least} or newer")
    newest = max(versions, key=lambda home: versions[home])
    if versions[newest] < least:
        raise Unavailable(f"Java {versions[newest]} is too old; a real server needs version {least} or newer")
    return newest


def _candidates() -> Iterator[Path]:
    yield from (Path(os.environ[name]) for name in ("ES_JAVA_HOME", "JAVA_HOME") if os.environ.get(name))
    if java := shutil.which("java"):
        yield Path(java).resolve().parent.parent
    for folder in _FOLDERS:
        yield from Path(folder).expanduser().glob("*")


def _version(home: Path) -> int:
    """Tell the version from the `release` file that every Java carries; 0 where there is none that could run."""
    release = home / "release"
    if not (home / "bin" / "java").exists() or not release.is_file():
        return 0
    found = _VERSION.search(release.read_text(errors="replace"))
    return int(found[1]) if found else 0
