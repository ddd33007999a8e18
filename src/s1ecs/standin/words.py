"""The words that the made-up organisation is built of. No person or company of these names is meant."""

from typing import NamedTuple

FIRST_NAMES = (
    "Ada", "Bela", "Cato", "Dara", "Edda", "Fenno", "Gala", "Hedy", "Ilko", "Juna", "Kaia", "Lumi",
    "Mika", "Nilo", "Orla", "Pia", "Quin", "Runa", "Sanja", "Tilo", "Uma", "Vito", "Wanda", "Yara",
)  # fmt: skip
LAST_NAMES = (
    "Ashgrove", "Birchfold", "Cloverdale", "Dewfield", "Elderbrook", "Fernhollow", "Greywater", "Heathmoor",
    "Ivorstone", "Junipen", "Kestrelby", "Larkmeadow", "Mossbank", "Nettlewick", "Oakhanger", "Pebbleton",
    "Quillfeather", "Rushford", "Sedgeley", "Thistlebarn", "Underwillow", "Vetchling", "Wrenfield", "Yarrowby",
)  # fmt: skip

ACCOUNTS = ("Example Works", "Example Trading")
SITES = ("Main Office", "River Plant", "North Warehouse", "Design Studio", "Data Centre")
GROUPS = ("Default Group", "Servers", "Pilot", "Workstations", "Laboratory")

DOMAIN = "corp.example"
SHORT_DOMAIN = "CORP"
EVIL_DOMAINS = (
    "cdn-update.example", "login-verify.example", "files.badhost.test", "invoice-view.test", "a8f3k2.example",
    "telemetry-sync.test",
)  # fmt: skip

AGENT_VERSIONS = ("23.4.2.14", "24.1.4.257", "24.1.2.6", "24.2.1.1")
CLUSTERS = ("orders-production", "orders-staging")
NAMESPACES = ("shop", "billing", "monitoring")
WORKLOADS = ("storefront", "invoice-api", "queue-worker", "image-resizer")


class OperatingSystem(NamedTuple):
    """An operating system as agents report it, and on what machines it runs; `share` of 100 hosts have it."""

    type: str
    family: str
    name: str
    revision: str
    machine_types: tuple[str, ...]
    share: int
    host_prefix: str

    @property
    def version(self) -> str:
        """Name and revision in one, as the inventory of applications writes it."""
        return f"{self.name} {self.revision}"


OPERATING_SYSTEMS = (
    OperatingSystem("windows", "windows", "Windows 11 Pro", "22631", ("laptop", "desktop"), 34, "WS"),
    OperatingSystem("windows", "windows", "Windows 10 Enterprise", "19045", ("desktop", "laptop"), 14, "WS"),
    OperatingSystem("windows", "windows", "Windows Server 2022 Standard", "20348", ("server",), 12, "SRV"),
    OperatingSystem("windows_legacy", "windows", "Windows 7 Professional", "7601", ("desktop",), 4, "OLD"),
    OperatingSystem("macos", "osx", "macOS", "14.6.1 (23G93)", ("laptop", "desktop"), 14, "mac"),
    OperatingSystem("linux", "linux", "Linux", "Ubuntu 22.04.4 LTS 5.15.0-113-generic", ("server",), 14, "lnx"),
    OperatingSystem("linux", "linux", "Linux", "Debian GNU/Linux 12 6.1.0-22-amd64", ("kubernetes node",), 8, "node"),
)
