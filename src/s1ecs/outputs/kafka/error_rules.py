"""Errors of librdkafka and of brokers: which documents they refuse, which end an attempt, and what to do about them."""

import re
from enum import Enum

from s1ecs.errors import OutputError

# The broker as librdkafka names it, with protocol and id: `sasl_ssl://kafka.example:9093/bootstrap: `.
_BROKER = re.compile(
    r"\A(?:[A-Za-z]+: )?(?:[a-z_]+://)?(?:\[[0-9A-Fa-f:.%]+\]|[^\s/\[\]:]+)(?::\d+)?/(?:bootstrap|-?\d+): "
)
# A logical broker, such as that of transactions, and its present address.
_LOGICAL = re.compile(r"\A(?:[A-Za-z]+Coordinator(?:/-?\d+)?: )?(?:[^\s/\[\]:]+:\d+: )?")
# `(after 5ms in state AUTH_REQ, 4 identical error(s) suppressed)`
_TIMING = re.compile(r"\((?:after \d+m?s in state [^()]*(?:\(s\)[^()]*)?|\d+ identical error\(s\) suppressed)\)")
_OPENING = re.compile(r"\AFailed to create [a-z ]*: ")
_SSL_FILE = re.compile(r"\Assl\.(ca|certificate|key)\.location failed: (?:error:[0-9A-F]+:[^:]*::)?")
_SSL_NAMES = {"ca": "ca_file", "certificate": "cert_file", "key": "key_file"}
_ADDRESS = re.compile(r"ipv[46]#")


class KafkaErrorKind(Enum):
    """Kind of an error, by who can mend it.

    REFUSED documents are never accepted as they are. HOPELESS: every further attempt ends alike until somebody changes
    something. AWAY: no broker answers. FENCED: another process writes in our name.
    """

    REFUSED = "refused"
    HOPELESS = "hopeless"
    AWAY = "away"
    FENCED = "fenced"
    OTHER = "other"


_KINDS = {
    KafkaErrorKind.REFUSED: (
        "MSG_SIZE_TOO_LARGE",
        "RECORD_LIST_TOO_LARGE",
        "INVALID_RECORD",
        "INVALID_TIMESTAMP",
    ),
    KafkaErrorKind.HOPELESS: (
        "_AUTHENTICATION",
        "SASL_AUTHENTICATION_FAILED",
        "UNSUPPORTED_SASL_MECHANISM",
        "_SSL",
        "_UNSUPPORTED_FEATURE",
    ),
    KafkaErrorKind.AWAY: (
        "_ALL_BROKERS_DOWN",
        "_TRANSPORT",
        "_RESOLVE",
        "_TIMED_OUT",
        "_MSG_TIMED_OUT",
        "_TIMED_OUT_QUEUE",
        "_WAIT_COORD",
        "REQUEST_TIMED_OUT",
        "COORDINATOR_LOAD_IN_PROGRESS",
        "COORDINATOR_NOT_AVAILABLE",
        "LEADER_NOT_AVAILABLE",
        "BROKER_NOT_AVAILABLE",
    ),
    KafkaErrorKind.FENCED: ("_FENCED", "PRODUCER_FENCED", "INVALID_PRODUCER_EPOCH"),
}
_KIND_OF = {name: kind for kind, names in _KINDS.items() for name in names}

_LOGIN = "; check sasl and the login"
_CURES = {
    "_AUTHENTICATION": _LOGIN,
    "SASL_AUTHENTICATION_FAILED": _LOGIN,
    "UNSUPPORTED_SASL_MECHANISM": _LOGIN,
    "_SSL": "; check tls, ca_file, cert_file and key_file",
    "TOPIC_AUTHORIZATION_FAILED": "; permit this user to describe, read and write the topics of s1ecs",
    "CLUSTER_AUTHORIZATION_FAILED": "; permit this user to write idempotently to the cluster",
    "TRANSACTIONAL_ID_AUTHORIZATION_FAILED": (
        "; permit this user to describe and write transactional ids that begin with s1ecs-, or leave out transactions"
    ),
    "UNKNOWN_TOPIC_OR_PART": "; run s1ecs setup, which creates missing topics",
    "NOT_ENOUGH_REPLICAS": "; start the missing brokers, or reduce min.insync.replicas of the topic",
    "NOT_ENOUGH_REPLICAS_AFTER_APPEND": "; start the missing brokers, or reduce min.insync.replicas of the topic",
}


def kind_of(code: str) -> KafkaErrorKind:
    """Return the kind of an error by its name, as `KafkaError.name()` tells it."""
    return _KIND_OF.get(code, KafkaErrorKind.OTHER)


def reason(text: str) -> str:
    """Return what an error says, without the broker's id and without how often and when it was said."""
    shown = _OPENING.sub("", " ".join(text.split()))
    shown = _SSL_FILE.sub(lambda found: f"{_SSL_NAMES[found[1]]} cannot be used: ", shown)
    shown, known = _BROKER.subn("", shown)
    if not known:
        shown = _LOGICAL.sub("", shown)
    return _ADDRESS.sub("", _TIMING.sub("", shown)).strip(" :") or "no reason given"


class KafkaTrouble(OutputError):
    """Kafka did not take documents; `code` is the name of its error. `undone`: certainly none of them."""

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.undone = False


def trouble(output: str, code: str, text: str, where: str) -> KafkaTrouble:
    """Return the error to raise; `where` are the brokers' addresses, which it names if none of them answers."""
    told = reason(text) if text else "connections are refused or closed at once; check bootstrap_servers, tls and sasl"
    if kind_of(code) is KafkaErrorKind.AWAY:
        return KafkaTrouble(f"{output}: no broker of {where} answers: {told}", code)
    if kind_of(code) is KafkaErrorKind.FENCED:
        return KafkaTrouble(f"{output}: another process writes with the same transactional id; it is retried", code)
    if "AUTHENTICATION" in code or "SASL" in code:
        told = f"the login was rejected: {told}"
    elif code == "_SSL":
        told = f"TLS failed: {told}"
    return KafkaTrouble(f"{output}: {told}{_CURES.get(code, '')}", code)
