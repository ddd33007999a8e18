"""The programs of a Kafka broker: Java archives that Maven fetches once, with what they need."""

import fcntl
import shutil
import subprocess
import tempfile
from pathlib import Path

from servers.archives import cache_folder
from servers.unavailable import Unavailable

_VERSION = "4.1.2"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
# 43 MB.
_SECONDS_TO_FETCH = 300
_PROJECT = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>s1ecs</groupId>
  <artifactId>kafka</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{_VERSION}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
"""


def kafka_programs(cache: Path | None = None) -> Path:
    """Return the folder of the archives; fetch them where they aren't there yet, or raise Unavailable.

    Processes that want them at the same time wait for the one that fetches.
    """
    cache = cache or cache_folder()
    target = cache / f"kafka-{_VERSION}"
    if target.exists():
        return target
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            with tempfile.TemporaryDirectory(dir=cache) as temporary:
                _fetch(Path(temporary))
                (Path(temporary) / "programs").rename(target)
    return target


def _fetch(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise Unavailable(f"no Maven (mvn) on this machine to fetch Kafka {_VERSION} with")
    (folder / "pom.xml").write_text(_PROJECT)
    command = [maven, "--quiet", "--batch-mode", _COPY, f"-DoutputDirectory={folder / 'programs'}"]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS_TO_FETCH, check=False
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"Maven did not fetch Kafka {_VERSION} within {_SECONDS_TO_FETCH} s") from None
    if done.returncode:
        said = next((line for line in done.stdout.splitlines() if "ERROR" in line), "it did not say why")
        raise Unavailable(f"Maven could not fetch Kafka {_VERSION}: {said}")
    (folder / "programs").chmod(0o755)
    for path in (folder / "programs").iterdir():
        path.chmod(0o644)
