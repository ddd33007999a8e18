"""What lies in the folder of one server: its programs, settings, data and logs."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from servers.archives import Kind


@dataclass(frozen=True)
class Layout:
    """The folder of a server."""

    kind: Kind
    folder: Path

    @property
    def programs(self) -> Path:
        """What was in the archive."""
        return self.folder / "programs"

    @property
    def settings(self) -> Path:
        """The folder of its settings."""
        return self.folder / "config"

    @property
    def log(self) -> Path:
        """What it said on its outputs."""
        return self.folder / "said.log"

    def command(self, *name: str) -> str:
        """The path of a program, by what follows the server's name."""
        return str(self.programs / "bin" / "-".join((self.kind, *name)))

    def environment(self, java: Path, heap: str) -> dict[str, str]:
        """The environment of its processes. `heap` is the JVM's, as in `512m`."""
        prefix = {"elasticsearch": "ES", "opensearch": "OPENSEARCH"}[self.kind]
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            f"{prefix}_JAVA_HOME": str(java),
            f"{prefix}_PATH_CONF": str(self.settings),
            f"{prefix}_TMPDIR": str(self.folder / "tmp"),
            # They run for minutes: what the optimizing compiler takes of a small machine never pays.
            f"{prefix}_JAVA_OPTS": f"-Xms{heap} -Xmx{heap} -XX:TieredStopAtLevel=1",
        }

    def prepare(self, archive: Path, settings: Mapping[str, object]) -> None:
        """Lay everything out, with these settings over those that a server for tests needs."""
        shutil.copytree(archive, self.programs, copy_function=link)
        shutil.rmtree(self.programs / "config")
        # By copy, as a server writes there.
        shutil.copytree(archive / "config", self.settings)
        for name in ("data", "logs", "tmp"):
            (self.folder / name).mkdir()
        # Logs of the garbage collector would go into the server's own folder.
        options = self.settings / "jvm.options"
        kept = [line for line in options.read_text().splitlines() if "logs/" not in line and "gc.log" not in line]
        options.write_text("\n".join([*kept, ""]))
        written = {
            "discovery.type": "single-node",
            "network.host": "127.0.0.1",
            "path.data": str(self.folder / "data"),
            "path.logs": str(self.folder / "logs"),
            # A machine whose disk is nearly full can still test.
            "cluster.routing.allocation.disk.threshold_enabled": False,
            **({"xpack.security.enabled": False} if self.kind == "elasticsearch" else {}),
            **settings,
        }
        (self.settings / f"{self.kind}.yml").write_text(yaml.safe_dump(written))


def link(source: str, target: str) -> None:
    """Make `target` the same file as `source`, or a copy of it."""
    try:
        os.link(source, target)
    except OSError:
        # Another disk, or a kind that has no links.
        shutil.copy2(source, target)
