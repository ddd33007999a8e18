"""A Kafka broker that runs: one node that is broker and controller, with a listener for each way to log in."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from servers.account import as_nobody, hand_over
from servers.free_port import free_port
from servers.java import java_home
from servers.kafka_programs import kafka_programs
from servers.layout import link
from servers.process import SECONDS_TO_STOP, DidNotStart, launch, wait_until

USER, PASSWORD = "tester", "a-password-for-tests"
# May do nothing but what access rules of a test permit.
RESTRICTED = "restricted"
_LEAST_JAVA = 17
_CLUSTER = "4L6g3nShT-eMCtK--X86sw"
# It takes three; a machine that is busy with other things more.
_SECONDS_TO_START = 120
_SECONDS_TO_ANSWER = 2
_PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"
_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
# Accepts tokens that nobody signed.
_BEARER = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub"


@dataclass
class KafkaBroker:
    """One broker, with its data in `folder`; `address` asks for no login, `sasl` for one, `tls` for a certificate."""

    folder: Path
    java: Path
    address: str
    sasl: str
    tls: str | None
    heap: str
    known_topics: frozenset[str] = frozenset()
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def settings(self) -> Path:
        """Return the path of its settings."""
        return self.folder / "server.properties"

    @property
    def log(self) -> Path:
        """Return the path of what it said."""
        return self.folder / "said.log"

    def stop(self) -> None:
        """End it with SIGTERM, and with SIGKILL if it takes too long. Its data stays."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it with SIGKILL."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Keep it from doing anything, connections and all, until `resume`."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGCONT)

    def restart(self) -> None:
        """Start it, after it was stopped or killed, with the same settings, ports and data; return when it answers."""
        self.process = launch(self.command("kafka.Kafka", str(self.settings)), self.folder, self.log)
        try:
            wait_until(lambda: self._listens() and self._leads(), "kafka", self.process, self.log, _SECONDS_TO_START)
        except BaseException:
            self.kill()
            raise

    def command(self, main: str, *arguments: str) -> list[str]:
        """Return the command that runs one of its programs."""
        options = [f"-Xms{self.heap}", f"-Xmx{self.heap}", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
        quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
        return as_nobody(
            [str(self.java / "bin" / "java"), *options, quiet, "-cp", f"{self.folder / 'programs'}/*", main, *arguments]
        )

    def format(self) -> None:
        """Prepare its empty folder of data, with the user of all logins."""
        users = [f"SCRAM-SHA-{bits}=[name={USER},password={PASSWORD}]" for bits in (256, 512)]
        added = [each for user in users for each in ("--add-scram", user)]
        command = self.command("kafka.tools.StorageTool", "format", "-t", _CLUSTER, "-c", str(self.settings), *added)
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode:
            raise DidNotStart(f"kafka could not prepare its folder: {done.stdout}{done.stderr}")

    def _listens(self) -> bool:
        host, _, port = self.address.rpartition(":")
        try:
            socket.create_connection((host, int(port)), 1).close()
        except OSError:
            return False
        return True

    def _leads(self) -> bool:
        """Tell whether it serves all partitions that it has: it listens a moment before."""
        asked = AdminClient({"bootstrap.servers": self.address, "log_level": 0})
        try:
            found = asked.list_topics(timeout=_SECONDS_TO_ANSWER)
        except KafkaException:
            return False
        # A topic that it has not read yet is not listed: what it had when it ended must be there again.
        names = frozenset(found.topics)
        if not found.brokers or not names >= self.known_topics:
            return False
        return all(each.leader >= 0 for topic in found.topics.values() for each in topic.partitions.values())

    def _end(self, how: signal.Signals) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        with suppress(KafkaException):
            asked = AdminClient({"bootstrap.servers": self.address, "log_level": 0})
            self.known_topics = frozenset(asked.list_topics(timeout=_SECONDS_TO_ANSWER).topics)
        for signalled in (how, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signalled)
            with suppress(subprocess.TimeoutExpired):
                process.wait(SECONDS_TO_STOP)
                return


def start_kafka(
    folder: Path,
    *,
    heap: str = "256m",
    settings: Mapping[str, object] | None = None,
    certificate: Path | None = None,
    key: Path | None = None,
    authority: Path | None = None,
) -> KafkaBroker:
    """Start a broker in `folder` (see `servers.account.server_folder`) and return when it answers.

    With a `certificate` for 127.0.0.1, its `key` and the `authority` that made it, all PEM files, it has a listener
    with TLS, which asks for a certificate by the same authority. Raise Unavailable where Java, Maven or the programs
    can't be had, and DidNotStart.
    """
    java = java_home(least=_LEAST_JAVA)
    # Under an account of its own it can't read the cache.
    shutil.copytree(kafka_programs(), folder / "programs", copy_function=link)
    plain, sasl, tls, controller = (f"127.0.0.1:{free_port()}" for _ in range(4))
    secured = certificate is not None and key is not None and authority is not None
    listeners = {"PLAINTEXT": plain, "SASL_PLAINTEXT": sasl, **({"SSL": tls} if secured else {})}
    written: dict[str, object] = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{controller}",
        "controller.listener.names": "CONTROLLER",
        "listeners": _joined(listeners | {"CONTROLLER": controller}),
        "advertised.listeners": _joined(listeners),
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT," + ",".join(f"{each}:{each}" for each in listeners),
        "log.dirs": folder / "data",
        # Started again after a kill, it waits until its own former session has ended.
        "broker.session.timeout.ms": 1500,
        "broker.heartbeat.interval.ms": 300,
        "auto.create.topics.enable": "false",
        "default.replication.factor": 1,
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 1,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": 1,
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:ANONYMOUS;User:{USER};User:CN=server",
        "num.network.threads": 1,
        "num.io.threads": 2,
        "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
        "listener.name.sasl_plaintext.plain.sasl.jaas.config": (
            f'{_PLAIN} username="{USER}" password="{PASSWORD}" user_{USER}="{PASSWORD}" user_{RESTRICTED}="{PASSWORD}";'
        ),
        "listener.name.sasl_plaintext.scram-sha-256.sasl.jaas.config": _SCRAM,
        "listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config": _SCRAM,
        "listener.name.sasl_plaintext.oauthbearer.sasl.jaas.config": f'{_BEARER}="{USER}";',
        **(_tls(folder, certificate, key, authority) if certificate and key and authority else {}),
        **(settings or {}),
    }
    broker = KafkaBroker(folder, java, plain, sasl, tls if secured else None, heap)
    broker.settings.write_text("".join(f"{name}={value}\n" for name, value in written.items()))
    (folder / "data").mkdir()
    hand_over(folder)
    broker.format()
    broker.restart()
    return broker


def _joined(listeners: Mapping[str, str]) -> str:
    return ",".join(f"{name}://{address}" for name, address in listeners.items())


def _tls(folder: Path, certificate: Path, key: Path, authority: Path) -> Mapping[str, object]:
    """Return the settings of the listener with TLS; its files are laid where the broker's account can read them."""
    own, trusted = folder / "own.pem", folder / "trusted.pem"
    own.write_text(key.read_text() + certificate.read_text() + authority.read_text())
    trusted.write_text(authority.read_text())
    return {
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": own,
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": trusted,
        "ssl.client.auth": "required",
    }
