"""The executables that run on the made-up hosts."""

from typing import NamedTuple


class Program(NamedTuple):
    """An executable as an agent reports it: where it lies, who signed it, how much it may do."""

    path: str
    signer: str | None = None
    integrity: str = "MEDIUM"
    subsystem: str = "SUBSYSTEM_UNKNOWN"

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.replace("\\", "/").rsplit("/", 1)[-1]


_SYSTEM32 = r"C:\Windows\System32"
_WINDOWS = "MICROSOFT WINDOWS"
_MACOS = "SOFTWARE SIGNING"

PROGRAMS = {
    # Windows
    "cmd": Program(rf"{_SYSTEM32}\cmd.exe", _WINDOWS, "MEDIUM", "WIN32"),
    "powershell": Program(rf"{_SYSTEM32}\WindowsPowerShell\v1.0\powershell.exe", _WINDOWS, "HIGH", "WIN32"),
    "explorer": Program(r"C:\Windows\explorer.exe", _WINDOWS, "MEDIUM", "WIN32"),
    "services": Program(rf"{_SYSTEM32}\services.exe", _WINDOWS, "SYSTEM", "WIN32"),
    "svchost": Program(rf"{_SYSTEM32}\svchost.exe", _WINDOWS, "SYSTEM", "WIN32"),
    "wininit": Program(rf"{_SYSTEM32}\wininit.exe", _WINDOWS, "SYSTEM", "WIN32"),
    "lsass": Program(rf"{_SYSTEM32}\lsass.exe", _WINDOWS, "SYSTEM", "WIN32"),
    "reg": Program(rf"{_SYSTEM32}\reg.exe", _WINDOWS, "HIGH", "WIN32"),
    "rundll32": Program(rf"{_SYSTEM32}\rundll32.exe", _WINDOWS, "HIGH", "WIN32"),
    "schtasks": Program(rf"{_SYSTEM32}\schtasks.exe", _WINDOWS, "HIGH", "WIN32"),
    "vssadmin": Program(rf"{_SYSTEM32}\vssadmin.exe", _WINDOWS, "HIGH", "WIN32"),
    "whoami": Program(rf"{_SYSTEM32}\whoami.exe", _WINDOWS, "MEDIUM", "WIN32"),
    "wscript": Program(rf"{_SYSTEM32}\wscript.exe", _WINDOWS, "MEDIUM", "WIN32"),
    "writer": Program(r"C:\Program Files\Example Writer\writer.exe", "EXAMPLE SOFTWARE", "MEDIUM", "WIN32"),
    "browser": Program(r"C:\Program Files\Example Browser\browser.exe", "EXAMPLE SOFTWARE", "LOW", "WIN32"),
    "dropper": Program(r"C:\Users\Public\Downloads\invoice_viewer.exe", None, "MEDIUM", "WIN32"),
    # macOS
    "launchd": Program("/sbin/launchd", _MACOS, "SYSTEM"),
    "zsh": Program("/bin/zsh", _MACOS),
    "osascript": Program("/usr/bin/osascript", _MACOS),
    "xattr": Program("/usr/bin/xattr", _MACOS),
    "terminal": Program("/System/Applications/Utilities/Terminal.app/Contents/MacOS/Terminal", _MACOS),
    "mac_browser": Program("/Applications/Example Browser.app/Contents/MacOS/Example Browser", "EXAMPLE SOFTWARE"),
    "mac_updater": Program("/Users/Shared/.cache/updater", None),
    # Linux
    "systemd": Program("/usr/lib/systemd/systemd", None, "SYSTEM"),
    "bash": Program("/usr/bin/bash"),
    "sh": Program("/bin/sh"),
    "curl": Program("/usr/bin/curl"),
    "sshd": Program("/usr/sbin/sshd", None, "SYSTEM"),
    "tee": Program("/usr/bin/tee"),
    "python": Program("/usr/bin/python3.10"),
    "container_shim": Program("/usr/bin/containerd-shim-runc-v2", None, "SYSTEM"),
    "miner": Program("/tmp/.x/kworkerd"),  # noqa: S108 - where such a program would lie; nothing is written there
}
