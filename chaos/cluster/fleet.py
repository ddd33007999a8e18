"""The workers as processes: started, killed, paused, told to end; each life of one has a name and a log of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from chaos.cluster.consoles import ManyConsoles
from chaos.collector import EndedByItself, mistakes
from servers.process import last_lines
from servers.started_command import S1ECS

_SECONDS_TO_BEGIN, _SECONDS_TO_END = 120, 40
_LOOK_EVERY = 0.1
_MOST_STILLBORN = 30
_SECONDS_FOR_A_COMMAND = 240
_STARTED = "] started: "


class CommandFailed(Exception):
    """A command that prepares a run failed; the text has what it said."""


@dataclass(frozen=True)
class ClusterPlace:
    """The folder of a run: settings, tokens and logs; `settings` are those of each worker, but for `state`."""

    folder: Path
    database: str
    settings: Mapping[str, Any]

    def import_consoles(self, consoles: ManyConsoles, streams_of: Mapping[str, Sequence[str]]) -> None:
        """Write the settings, make a row of each console, and prepare the outputs."""
        self._settings_file.write_text(yaml.safe_dump(dict(self.settings)))
        entries = []
        for name, console in consoles.consoles.items():
            token = self.folder / "tokens" / name
            token.parent.mkdir(exist_ok=True)
            token.write_text(f"token-of-{name}")
            entry = {"name": name, "url": console.address, "token_file": str(token), "streams": list(streams_of[name])}
            entries.append(entry)
        path = self.folder / "consoles.yaml"
        path.write_text(yaml.safe_dump({"consoles": entries}))
        self.command("consoles", "import", str(path))
        self.command("setup", "--yes")

    @property
    def _settings_file(self) -> Path:
        return self.folder / "s1ecs.yaml"

    def environment(self, who: str) -> Mapping[str, str]:
        """Return the environment of a process that its connections to the database name so."""
        state = f"{self.database}?application_name={who}"
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "S1ECS_CONFIG": str(self._settings_file),
            "S1ECS_STATE": state,
            "PYTHONPATH": os.pathsep.join(sys.path),
        }

    def command(self, *arguments: str) -> str:
        """Run a command of the product; raise CommandFailed with what it said if it fails."""
        done = subprocess.run(  # noqa: S603 - the product's own command
            [S1ECS, *arguments],
            cwd=self.folder,
            env=self.environment("chaos"),
            capture_output=True,
            text=True,
            timeout=_SECONDS_FOR_A_COMMAND,
            check=False,
        )
        if done.returncode:
            raise CommandFailed(f"s1ecs {arguments[0]} ended with status {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def log(self, who: str) -> Path:
        """Return the log of a worker."""
        return self.folder / f"{who}.log"

    def has_begun(self, who: str) -> bool:
        """Tell whether a worker has said that it works."""
        return _STARTED in self.log(who).read_text(errors="replace")

    def mistakes(self) -> list[str]:
        """What the logs say of mistakes in s1ecs itself, each once."""
        return mistakes(self.folder.glob("*.log"))


@dataclass
class Life:
    """One life of a worker, by its name; `is_paused` while it is stopped."""

    who: str
    process: "subprocess.Popen[bytes]"
    is_paused: bool = False


@dataclass
class Fleet:
    """The workers of a run. `mutant` names a broken one of `chaos.cluster.mutants`."""

    place: ClusterPlace
    concurrency: int
    mutant: str | None = None
    # All lives so far, by process.
    names: dict[int, str] = field(default_factory=dict)
    lives: list[Life] = field(default_factory=list)
    stillborn: int = 0

    def start(self) -> Life:
        """Start one more."""
        who = f"worker-{len(self.names) + 1}"
        command = [str(S1ECS)] if self.mutant is None else [sys.executable, "-m", "chaos.cluster.mutants", self.mutant]
        with self.place.log(who).open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - the product's own command
                [*command, "worker", "--concurrency", str(self.concurrency)],
                cwd=self.place.folder,
                env=self.place.environment(who),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        life = Life(who, process)
        self.names[process.pid] = who
        self.lives.append(life)
        return life

    @property
    def awake(self) -> Sequence[Life]:
        """Those that have begun to work and are not paused."""
        return [each for each in self.lives if not each.is_paused and self.place.has_begun(each.who)]

    def kill(self, life: Life) -> None:
        """Kill one with SIGKILL."""
        life.process.kill()
        life.process.wait()
        self.lives.remove(life)

    def pause(self, life: Life) -> None:
        """Stop one where it stands."""
        life.process.send_signal(signal.SIGSTOP)
        life.is_paused = True

    def wake(self, life: Life) -> None:
        """Let a paused one go on."""
        life.process.send_signal(signal.SIGCONT)
        life.is_paused = False

    def still_run(self) -> None:
        """Raise EndedByItself unless all do.

        One that could not begin, since the state was away, is started again, as a service manager does; a few times.
        """
        for each in list(self.lives):
            if (status := each.process.poll()) is None:
                continue
            self.stillborn += 1
            if self.place.has_begun(each.who) or self.stillborn > _MOST_STILLBORN:
                raise EndedByItself(f"{each.who} ended by itself with status {status}; {self._said(each)}")
            self.lives.remove(each)
            self.start()

    def begin(self, number: int) -> None:
        """Start so many, and wait until they work; raise EndedByItself if they don't."""
        for _ in range(number):
            self.start()
        latest = time.monotonic() + _SECONDS_TO_BEGIN
        while len(self.awake) < number:
            self.still_run()
            if time.monotonic() > latest:
                raise EndedByItself(f"workers did not begin within {_SECONDS_TO_BEGIN} s")
            time.sleep(_LOOK_EVERY)

    def drain(self) -> None:
        """Ask all to end with `s1ecs worker --drain`; raise EndedByItself unless each ends with status 0 in time."""
        self.place.command("worker", "--drain")
        for each in list(self.lives):
            try:
                status = each.process.wait(_SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                raise EndedByItself(f"{each.who} did not end when it was drained; {self._said(each)}") from None
            if status:
                raise EndedByItself(f"{each.who} ended with status {status} when it was drained; {self._said(each)}")
            self.lives.remove(each)

    def end(self) -> None:
        """Kill all."""
        for each in list(self.lives):
            self.kill(each)

    def _said(self, life: Life) -> str:
        return "\n".join(["it said last:", *last_lines(self.place.log(life.who))])
