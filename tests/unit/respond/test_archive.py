import io
import json
import stat
import struct
import zipfile
from hashlib import sha1
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s1ecs.errors import ArchiveError, WrongPassword
from s1ecs.respond.files.archive import ArchiveLimits, extract, read_members

from .encrypted_zip import encrypted_zip

_PASSWORD = "Made-up%Password1"


def _zip(path: Path, *members: tuple[str, bytes], mode: int = 0) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members:
            info = zipfile.ZipInfo("x")
            info.filename = name  # as it is, whatever the library thinks of it
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            made.NameToInfo.pop(name, None)  # the same name twice is what some tests are about
            made.writestr(info, content)
    return path


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_files_lie_below_the_folder_under_their_paths(tmp_path: Path) -> None:
    """Roots and drives become folders, a backslash separates; nobody else may read or start what came."""
    archive = _zip(
        tmp_path / "a.zip", ("/etc/passwd", b"1"), ("C:\\Users\\a b\\x.exe", b"2"), ("D:/y", b"3"), mode=0o777
    )
    found = extract(archive, tmp_path / "out")
    assert _files(tmp_path / "out") == {"etc/passwd": b"1", "C/Users/a b/x.exe": b"2", "D/y": b"3"}
    assert [(member.name, member.size) for member in found.members] == [
        ("/etc/passwd", 1),
        ("C:\\Users\\a b\\x.exe", 1),
        ("D:/y", 1),
    ]
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "name", ["../x", "a/../../x", "..\\x", "C:\\..\\..\\x", "a\x00/../x", "/", ".", "a\nb", "x" * 300, "a/" * 600]
)
def test_a_name_that_leads_elsewhere_refuses_the_whole_zip(tmp_path: Path, name: str) -> None:
    """One hostile name and nothing is unpacked; the zip stays, the error shows no control character."""
    archive = _zip(tmp_path / "a.zip", ("good", b"1"), (name, b"2"))
    # "/" and "a/" * n would be folders; with content they are what the directory says they are.
    with pytest.raises(ArchiveError) as caught:
        extract(archive, tmp_path / "out" / "deep")
    assert str(caught.value).isprintable()
    assert archive.exists()
    assert _files(tmp_path) == {"a.zip": archive.read_bytes()}


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_links_and_devices_are_refused(tmp_path: Path, kind: int) -> None:
    """Only plain files and folders are made."""
    archive = _zip(tmp_path / "a.zip", ("x", b"/etc/passwd"), mode=kind | 0o777)
    with pytest.raises(ArchiveError, match="link or a device"):
        extract(archive, tmp_path / "out")


@pytest.mark.parametrize(
    "names", [("a", "a"), ("a/b", "a\\b"), ("C:/x", "C/x"), ("a", "a/b"), ("a", "A/b"), ("a/b", "A"), ("a/b", "a")]
)
def test_no_member_replaces_another(tmp_path: Path, names: tuple[str, str]) -> None:
    """The same place twice, or a file where a folder is, refuses the zip."""
    archive = _zip(tmp_path / "a.zip", *((name, b"1") for name in names))
    with pytest.raises(ArchiveError, match="has the same path as another one"):
        extract(archive, tmp_path / "out")


@pytest.mark.parametrize(
    ("names", "there"),
    [
        (("Makefile", "makefile"), {"Makefile", "makefile (2)"}),
        (("x\u00b2.txt", "x2.txt", "X2.txt"), {"x\u00b2.txt", "x2 (2).txt", "X2 (3).txt"}),
        (("\u00df", "SS"), {"\u00df", "SS (2)"}),
        (("C:/x", "c/X"), {"C/x", "c/X (2)"}),
        (("a", "a (2)", "A"), {"a", "a (2)", "A (3)"}),
        (("safe\u202efdp.exe",), {"safe_fdp.exe"}),
    ],
)
def test_a_name_that_can_not_be_kept_is_another_one(tmp_path: Path, names: tuple[str, ...], there: set[str]) -> None:
    """Names that a file system may take for the same, and those that turn the writing, become others; it is said."""
    archive = _zip(tmp_path / "a.zip", *((name, name.encode()) for name in names))
    found = extract(archive, tmp_path / "out")
    files = _files(tmp_path / "out")
    assert files.keys() == there
    assert sorted(files.values()) == sorted(name.encode() for name in names)
    kept = sum(name.replace(":", "") in there for name in names)
    assert len(found.problems()) == len(names) - kept


def test_folders_of_their_own_are_no_clash(tmp_path: Path) -> None:
    """A folder may be named before and after what lies in it."""
    archive = _zip(tmp_path / "a.zip", ("a/", b""), ("a/b", b"1"), ("A/", b""), ("a/c/", b""))
    extract(archive, tmp_path / "out")
    assert _files(tmp_path / "out") == {"a/b": b"1"}


def test_a_bomb_is_given_up_by_what_it_really_unpacks_to(tmp_path: Path) -> None:
    """The bytes that come are counted against the size of the zip itself; nothing of them is left."""
    archive = _zip(tmp_path / "a.zip", ("x", bytes(30_000_000)))
    with pytest.raises(ArchiveError, match="unpacks to more than 10 MB"):
        extract(archive, tmp_path / "out")
    with pytest.raises(ArchiveError, match=r"unpacks to more than 0\.001 MB"):
        read_members(archive, limits=ArchiveLimits(total=1000))
    assert _files(tmp_path) == {"a.zip": archive.read_bytes()}


def test_a_size_that_lies_is_no_way_around(tmp_path: Path) -> None:
    """A directory that says a member is small does not make it small: it is never unpacked."""
    data = bytearray(_zip(tmp_path / "a.zip", ("x", bytes(30_000_000))).read_bytes())
    start = data.rfind(b"PK\x01\x02")
    data[start + 24 : start + 28] = struct.pack("<I", 10)
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(ArchiveError):
        extract(tmp_path / "a.zip", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_members_that_share_their_bytes_are_given_up(tmp_path: Path) -> None:
    """Many entries over one compressed part, the other kind of bomb, hit the limit or are refused as overlapping."""
    data = bytearray(_zip(tmp_path / "a.zip", ("aaaa", bytes(5_000_000))).read_bytes())
    start = data.rfind(b"PK\x01\x02")
    end = data.rfind(b"PK\x05\x06")
    entry = bytes(data[start:end])
    entries = b"".join(entry.replace(b"aaaa", b"%04d" % number) for number in range(50))
    tail = bytearray(data[end:])
    tail[8:12] = struct.pack("<HH", 50, 50)
    tail[12:16] = struct.pack("<I", len(entries))
    (tmp_path / "a.zip").write_bytes(bytes(data[:start]) + entries + bytes(tail))
    with pytest.raises(ArchiveError):
        extract(tmp_path / "a.zip", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    """Their number is bounded."""
    archive = _zip(tmp_path / "a.zip", *((str(number), b"") for number in range(11)))
    with pytest.raises(ArchiveError, match="11 members, more than the 10 allowed"):
        extract(archive, tmp_path / "out", limits=ArchiveLimits(members=10))


def test_members_are_counted_before_anything_is_made_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ZIP64 directory of many entries is refused by their number or by its size, while the zip is still closed."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 3, 20, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    for number, told in ((20_000, "20000 members, more than the 10000"), (300_000, "central directory has 14")):
        size = number * len(entry)
        ends = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, size, 4)
        ends += struct.pack("<4sLQL", b"PK\x06\x07", 0, 4 + size, 1)
        ends += struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
        (tmp_path / "a.zip").write_bytes(b"PK\x03\x04" + entry * number + ends)
        monkeypatch.setattr(zipfile, "ZipFile", None)
        with pytest.raises(ArchiveError, match=told):
            read_members(tmp_path / "a.zip")


@pytest.mark.parametrize("way", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_ways_of_compressing_that_know_no_measure_are_refused(tmp_path: Path, way: int) -> None:
    """A few hundred bytes of bzip2 or LZMA unpack to half a gigabyte in a single step, so that none is taken."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w", way) as made:
        made.writestr("x", b"1")
    with pytest.raises(ArchiveError, match="compression method is not supported"):
        read_members(tmp_path / "a.zip")


@pytest.mark.parametrize("manifest", [b"[" + b"{}," * 10_000 + b"{}]", b'["' + b"x" * 5_000_000 + b'"]'])
def test_a_manifest_beyond_all_measure_is_not_read(tmp_path: Path, manifest: bytes) -> None:
    """The files come, and it is said that nobody knows whether some are missing."""
    archive = _zip(tmp_path / "a.zip", ("x", b"1"), ("./manifest.json", manifest))
    found = extract(archive, tmp_path / "out")
    assert [member.name for member in found.members] == ["x"]
    [told] = found.problems()
    assert "too large to be read" in told


def test_an_encrypted_zip_opens_with_its_password_alone(tmp_path: Path) -> None:
    """The right password unpacks it; another one, or none, says that it is the password, and leaves nothing."""
    archive = tmp_path / "a.zip"
    archive.write_bytes(encrypted_zip({"C/x.txt": b"content" * 100}, _PASSWORD))
    for wrong in (None, "another", ""):
        with pytest.raises((WrongPassword, ArchiveError), match="password"):
            extract(archive, tmp_path / "out", password=wrong)
    assert _files(tmp_path) == {"a.zip": archive.read_bytes()}
    extract(archive, tmp_path / "out", password=_PASSWORD)
    assert _files(tmp_path / "out") == {"C/x.txt": b"content" * 100}


def test_a_wrong_password_never_gives_content(tmp_path: Path) -> None:
    """One wrong password in 256 passes the quick check; what comes out is still told from the file."""
    archive = tmp_path / "a.zip"
    archive.write_bytes(encrypted_zip({"x": b"content" * 100}, _PASSWORD))
    for number in range(600):
        with pytest.raises(ArchiveError, match="password"):
            read_members(archive, password=f"wrong{number}")


def test_stronger_encryption_is_named_with_its_tool(tmp_path: Path) -> None:
    """What Python can't read is kept, and the error says what can."""
    data = bytearray(_zip(tmp_path / "a.zip", ("x", b"1")).read_bytes())
    for magic, flags, method in ((b"PK\x03\x04", 6, 8), (b"PK\x01\x02", 8, 10)):
        start = data.find(magic)
        data[start + flags] |= 1
        data[start + method : start + method + 2] = struct.pack("<H", 99)
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(ArchiveError, match="7z x"):
        extract(tmp_path / "a.zip", tmp_path / "out", password=_PASSWORD)


def test_the_manifest_tells_what_is_missing_and_what_differs(tmp_path: Path) -> None:
    """A reason means not fetched, another SHA-1 is said, a listed file that is not there is missing, too."""
    digest = sha1(b"good", usedforsecurity=False).hexdigest()
    manifest = [
        {"path": "C:\\good.txt", "sha1": digest.upper(), "reason": ""},
        {"path": "/other", "sha1": digest, "reason": None},
        {"path": "/locked", "sha1": None, "reason": "access denied"},
        {"path": "/gone", "sha1": digest},
    ]
    archive = _zip(
        tmp_path / "a.zip",
        ("C/good.txt", b"good"),
        ("other", b"changed"),
        ("manifest.json", json.dumps(manifest).encode()),
    )
    found = extract(archive, tmp_path / "out")
    assert [member.name for member in found.members] == ["C/good.txt", "other"]
    assert found.manifest.problems() == [
        "/locked: not fetched: access denied",
        "/gone: not fetched: it is listed, but missing from the ZIP",
        f"/other: its SHA-1 differs from the one that the agent recorded ({digest})",
    ]


@pytest.mark.parametrize("manifest", [b"", b"{", b'{"path": 1}', b"[" * 5000])
def test_a_manifest_that_is_none_is_no_trouble(tmp_path: Path, manifest: bytes) -> None:
    """The files come nevertheless; nothing is claimed about them."""
    archive = _zip(tmp_path / "a.zip", ("x", b"1"), ("manifest.json", manifest))
    found = extract(archive, tmp_path / "out")
    assert found.manifest.listed is None
    assert len(found.members) == 1


def test_an_existing_folder_stays_as_it_is(tmp_path: Path) -> None:
    """Nothing is unpacked over what is there."""
    archive = _zip(tmp_path / "a.zip", ("x", b"1"))
    (tmp_path / "out").mkdir()
    with pytest.raises(ArchiveError, match="already exists"):
        extract(archive, tmp_path / "out")


def test_what_is_no_zip_or_half_of_one_is_said(tmp_path: Path) -> None:
    """A text, and a zip that was cut off, are damaged; nothing is left."""
    whole = _zip(tmp_path / "a.zip", ("x", b"1" * 1000)).read_bytes()
    for content in (b"", b"no zip", whole[: len(whole) // 2]):
        (tmp_path / "a.zip").write_bytes(content)
        with pytest.raises(ArchiveError, match="damaged"):
            extract(tmp_path / "a.zip", tmp_path / "out")


_STEP = st.sampled_from(["..", ".", "a", "A", "C:", "", "b.txt", "~", "\x00", "é", "manifest.json", "con", " ", "-"])
_NAME = st.builds(
    lambda steps, separator, root: root + separator.join(steps),
    st.lists(_STEP, min_size=1, max_size=5),
    st.sampled_from(["/", "\\"]),
    st.sampled_from(["", "/", "\\\\", "C:\\", "//"]),
)


@settings(max_examples=100)
@given(st.lists(st.tuples(_NAME, st.binary(max_size=20)), min_size=1, max_size=4))
def test_no_name_writes_outside_of_the_folder(members: list[tuple[str, bytes]]) -> None:
    """Whatever names come: either all lies below the folder, each content once, or nothing was written anywhere."""
    with TemporaryDirectory() as made:
        root = Path(made)
        archive = _zip(root / "a.zip", *members)
        try:
            found = extract(archive, root / "deep" / "out")
        except ArchiveError:
            assert _files(root) == {"a.zip": archive.read_bytes()}
            return
        outside = set(_files(root)) - {f"deep/out/{name}" for name in _files(root / "deep" / "out")}
        assert outside == {"a.zip"}
        assert all(member.path.read_bytes() == dict(members)[member.name] for member in found.members)


@settings(max_examples=100)
@given(st.data())
def test_a_damaged_zip_is_an_error_of_its_own_or_whole(data: st.DataObject) -> None:
    """Any byte may be another one: what is not unpacked as it was is told by ArchiveError and by nothing else."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.txt", b"some content " * 20)
    content = bytearray(made.getvalue())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with TemporaryDirectory() as folder:
        path = Path(folder, "a.zip")
        path.write_bytes(content)
        try:
            members = read_members(path)
        except ArchiveError:
            return
        assert all(value in {b"some content " * 20, b""} for value in members.values())
