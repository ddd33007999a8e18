"""The collector as a process of its own: `s1ecs run`, which is started and killed over and over."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from servers.process import last_lines
from servers.started_command import S1ECS

# What `s1ecs run` may take after SIGTERM.
SECONDS_TO_END = 10
# Words of log lines that no trouble of servers explains.
_MISTAKES = ("mistake in s1ecs", "bug in s1ecs", "Traceback", "was skipped: ")


class EndedByItself(Exception):
    """`s1ecs run` ended though nobody told it to; the text says how, with its last words."""


def mistakes(logs: Iterable[Path]) -> list[str]:
    """What logs say of mistakes in s1ecs itself, each once."""
    lines = (line for log in logs for line in log.read_text(errors="replace").splitlines())
    return sorted({line.partition("] ")[2] or line for line in lines if any(word in line for word in _MISTAKES)})


@dataclass(frozen=True)
class Place:
    """The folder of a run: settings, token, state and log of the collector."""

    folder: Path

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.folder / "s1ecs.yaml"

    @property
    def token(self) -> Path:
        """The file that holds the token."""
        return self.folder / "token.txt"

    @property
    def state(self) -> Path:
        """The state folder."""
        return self.folder / "state"

    @property
    def files(self) -> dict[str, Path]:
        """The folders of the files outputs, by the compression of each."""
        return {compression: self.folder / f"files-{compression}" for compression in ("none", "zstd")}

    @property
    def archive(self) -> Path:
        """The archive of the store."""
        return self.folder / "archive"

    @property
    def log(self) -> Path:
        """What the collector said, of all its lives."""
        return self.folder / "collector.log"

    def prepare(
        self,
        address: str,
        streams: Sequence[str],
        overlap_seconds: float,
        more: Sequence[Mapping[str, object]] = (),
        *,
        archive: bool = False,
    ) -> None:
        """Write the settings: polls with hardly a pause, small pages and files, every output and `more` at once.

        With `archive` all that is older than a day leaves the store at the beginning of each life.
        """
        store = {"type": "store"} | ({"archive": str(self.archive), "after": "1d"} if archive else {})
        files = [
            {"type": "files", "path": str(path), "compression": compression, "max_size": "20KB", "max_age": "30s"}
            for compression, path in self.files.items()
        ]
        settings = {
            "url": address,
            "token_file": str(self.token),
            "state_dir": str(self.state),
            "streams": list(streams),
            "interval": "100ms",
            "initial_interval": "3650d",
            "overlap": f"{overlap_seconds:.0f}s",
            "page_size": 20,
            "alert_reread": "3650d",
            "alert_reread_interval": "2s",
            "connect_timeout": "2s",
            "read_timeout": "2s",
            "answer_timeout": "6s",
            "attempts": 3,
            "outputs": [store, *files, *map(dict, more)],
        }
        self.settings.write_text(yaml.safe_dump(settings))
        self.renew_token(0)

    def mistakes(self) -> list[str]:
        """What the log says of mistakes in s1ecs itself, each once."""
        return mistakes([self.log])

    def renew_token(self, number: int) -> None:
        """Put another token into the file, whole at once."""
        new = self.token.with_suffix(".new")
        new.write_text(f"token-{number}")
        new.replace(self.token)


class Collector:
    """One life of `s1ecs run`; `mutant` names a broken one of `chaos.mutants`."""

    def __init__(self, place: Place, mutant: str | None = None) -> None:
        command = [str(S1ECS)] if mutant is None else [sys.executable, "-m", "chaos.mutants", mutant]
        environment = {"PATH": os.environ["PATH"], "HOME": str(place.folder)}
        with place.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the product's own command
                [*command, "--config", str(place.settings), "run"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                env=environment,
            )
        self._place = place

    def still_runs(self) -> None:
        """Raise EndedByItself if it does not."""
        status = self._process.poll()
        if status is not None:
            begin = f"s1ecs run ended by itself with status {status}; it said last:"
            raise EndedByItself("\n".join([begin, *last_lines(self._place.log)]))

    def halt(self) -> None:
        """Stop it where it stands, so that one can look before it is killed."""
        self._process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        """Kill it with SIGKILL."""
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        """Tell it to end with SIGTERM; raise EndedByItself unless it ends in time and with status 0."""
        self.still_runs()
        self._process.terminate()
        try:
            status = self._process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self.kill()
            raise EndedByItself(f"s1ecs run did not end within {SECONDS_TO_END} s of SIGTERM") from None
        if status:
            raise EndedByItself(f"s1ecs run ended with status {status} after SIGTERM")
