"""What the commands of response actions print and bring, with the installed command against the stand-in."""

import json
import zipfile
from pathlib import Path

import pytest

from .conftest import MOMENT, Start
from .patience import eventually
from .respond_cases import DRAWN
from .responding import Acting, same


@pytest.fixture(scope="module")
def acting(tmp_path_factory: pytest.TempPathFactory, start_standin: Start) -> Acting:
    """A stand-in to act on, with a state folder that the tests of this file share."""
    url = start_standin("--agents", "80", "--alerts", "1", "--now", MOMENT)
    return Acting(tmp_path_factory.mktemp("respond"), url)


def test_a_scan_is_stopped(acting: Acting) -> None:
    """A scan that runs is aborted, and the scan itself is then told as failed."""
    host = acting.host()
    acting.control(scan_lasts=600)
    # As $(...) takes it: one line.
    scan = acting.commands.ok("respond", "scan", host["computerName"], "--yes", "--no-wait").removesuffix("\n")
    eventually(lambda: acting.get(f"/web/api/v2.1/agents?ids={host['id']}")["data"][0]["scanStatus"] == "started")
    assert acting.act("abort-scan", host["id"])[1]["status"] == "done"
    ended = acting.commands.run("respond", "status", scan, "--json", "--poll", "0.05")
    assert (ended.returncode, "aborted" in ended.stdout) == (1, True)


def test_dry_run_prints_what_is_sent_and_sends_nothing(acting: Acting) -> None:
    """What --dry-run prints is what the console then receives, but for what is drawn anew; it sends nothing."""
    host, site = acting.host()["computerName"], acting.agents[0]["siteId"]
    value = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1"
    calls = [
        ["get-file", host, r"C:\Temp\x"],
        ["blocklist", "add", value, "--os", "linux", "--os", "macos", "--site", site],
    ]
    acting.control()
    shown = [acting.dry(*call) for call in calls]
    assert acting.received() == []
    assert [len(each) for each in shown] == [1, 2]
    assert shown[0][0]["body"]["data"]["password"] == DRAWN
    for call in calls:
        assert acting.act(*call)[1]["status"] == "done"
    assert same([request for each in shown for request in each], acting.received())
    assert list(shown[0][0]) == ["method", "path", "query", "body"]


def test_a_file_comes_with_its_password(acting: Acting) -> None:
    """get-file leaves a zip that the password of the result opens, unpacks it if told; the journal has no password."""
    host = acting.host()
    acting.control()
    folder = acting.commands.folder / "evidence"
    path = r"C:\Temp\a.txt"
    status, result = acting.act("get-file", host["computerName"], path, "--to", str(folder), "--unpack")
    assert status == 0
    file = result["file"]
    with zipfile.ZipFile(file["path"]) as archive:
        assert archive.namelist()
        archive.setpassword(file["password"].encode())
        assert archive.testzip() is None
    assert list(Path(file["folder"]).rglob("*"))
    left = b"".join(each.read_bytes() for each in acting.commands.state.iterdir() if each.is_file())
    assert file["password"].encode() not in left
    assert "password" not in acting.commands.ok("respond", "history").replace(DRAWN, "")


@pytest.mark.parametrize("encryption", ["none", "some"])
def test_a_file_that_is_not_encrypted(acting: Acting, encryption: str) -> None:
    """get-file says loudly that a zip is open to anyone, gives no password that opens nothing, and is not done."""
    acting.control(zip_encryption=encryption)
    words = ("respond", "get-file", acting.host()["id"], r"C:\Temp\a.txt", r"C:\Temp\b.txt", "--yes", "--poll", "0.05")
    told = acting.commands.run(*words)
    assert told.returncode == 1
    assert ("NOT ENCRYPTED: anyone" if encryption == "none" else "NOT FULLY ENCRYPTED: anyone") in told.stderr
    assert "may contain malware" in told.stderr
    assert ("ZIP password (shown only once)" in told.stderr, bool(told.stdout)) == ((encryption == "some",) * 2)
    [row] = acting.commands.query(
        "SELECT document FROM response_action WHERE state = 'finished' ORDER BY time DESC LIMIT 1"
    )
    own = json.loads(row["document"])["sentinel_one"]["response_action"]
    assert (own["file"]["encryption"], own["status"]) == (encryption, "failed")


def test_the_file_of_a_threat_that_is_not_encrypted(acting: Acting) -> None:
    """The same holds for the file of a threat, which is malware more often than not."""
    acting.control(zip_encryption="none")
    threat = str(acting.first("/threats")["id"])
    status, result = acting.act("threat", "fetch-file", threat)
    assert (status, result["status"], result["file"]["encryption"]) == (1, "failed", "none")
    assert result["file"]["password"] is None
    assert result["file"]["warning"].startswith("NOT ENCRYPTED")
    acting.control()
    status, result = acting.act("threat", "fetch-file", threat)
    assert (status, result["status"], result["file"]["encryption"]) == (0, "done", "all")


def test_processes_are_printed(acting: Acting) -> None:
    """The process table of the result is printed as a table for people."""
    acting.control()
    output = acting.commands.ok("respond", "processes", acting.host("linux")["id"], "--yes", "--poll", "0.05")
    assert output.splitlines()[0].split()[:3] == ["pid", "name", "user"]
    assert len(output.splitlines()) > 2


def test_another_process_goes_on(acting: Acting) -> None:
    """What was not waited for is followed by its id in another process, which fetches the file and its password."""
    acting.control()
    status, taken = acting.act("get-file", acting.host()["id"], r"C:\Temp\b.txt", "--no-wait")
    assert (status, taken["status"]) == (0, "pending")
    ended = acting.commands.ok("respond", "status", taken["id"], "--poll", "0.05")
    [zipped] = acting.commands.folder.glob(f"*-get-file-{taken['id'][:8]}.zip")
    with zipfile.ZipFile(zipped) as archive:
        archive.setpassword(ended.strip().encode())
        assert archive.testzip() is None
    rows = {row["id"]: row for row in json.loads(acting.commands.ok("respond", "history", "--json"))}
    assert rows[taken["id"]]["status"] == "done"
    assert ended.strip() not in str(rows)


def test_lists_to_choose_from(acting: Acting) -> None:
    """Scripts are listed, of one operating system where that is wanted."""
    linux = acting.commands.ok("respond", "scripts", "--os", "linux")
    windows = acting.commands.ok("respond", "scripts", "--os", "windows")
    assert "Windows Inventory" in windows
    assert "Windows Inventory" not in linux
