"""The installed command while it serves, for what needs a stand-in console or the page."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

S1ECS = Path(sys.executable).with_name("s1ecs")


@contextmanager
def started(*arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """Start a command that serves; yield the first line that it prints, its address."""
    with subprocess.Popen([S1ECS, *arguments], env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
