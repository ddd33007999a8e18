import json

from hypothesis import given
from hypothesis import strategies as st

from s1ecs.respond.files.process_table import LONGEST_TEXT, MOST_ROWS, ProcessRow, process_table

_PS_AUX = b"""USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND
root           1  0.0  0.1 167744 11776 ?        Ss   Nov22   0:04 /sbin/init splash
root           2  0.0  0.0      0     0 ?        S    Nov22   0:00 [kthreadd]
alice       4242 12.5  3.0 999999 99999 pts/0    R+   16:09   1:00 /usr/bin/python3 -m http.server --bind 127.0.0.1
"""


def test_the_table_of_ps_aux_is_understood() -> None:
    """Header words name the columns, the command keeps its spaces, a kernel thread its brackets."""
    table = process_table({"stdout.txt": _PS_AUX})
    assert (table.form, table.source, table.cut, table.text) == ("ps", "stdout.txt", False, "")
    assert table.rows[0] == ProcessRow(1, "init", "root", "/sbin/init splash", "0.0", "0.1", "Nov22")
    assert [row.name for row in table.rows] == ["init", "[kthreadd]", "python3"]
    assert table.rows[2].command == "/usr/bin/python3 -m http.server --bind 127.0.0.1"


def test_the_table_of_ps_ef_is_understood() -> None:
    """`ps -ef` names its columns otherwise."""
    text = b"UID        PID  PPID  C STIME TTY          TIME CMD\n"
    text += b"root       812     1  3 Nov22 ?   00:00:01 /usr/sbin/sshd -D\n"
    [row] = process_table({"stdout": text}).rows
    assert row == ProcessRow(812, "sshd", "root", "/usr/sbin/sshd -D", "3", "", "Nov22")


def test_a_start_with_spaces_moves_no_column() -> None:
    """The long start time is one value of five words, in both orders of day and month."""
    text = b"  PID STARTED                      COMMAND\n"
    text += b"  77 Mon Nov  2 16:09:17 2026 /bin/a b\n 78 Mon 23 Nov 16:09:17 2026 c\n"
    rows = process_table({"stdout": text}).rows
    assert [(row.started, row.command) for row in rows] == [
        ("Mon Nov 2 16:09:17 2026", "/bin/a b"),
        ("Mon 23 Nov 16:09:17 2026", "c"),
    ]


def test_json_is_understood_however_it_is_wrapped() -> None:
    """A list, a list inside of an object, and an object a line give the same rows."""
    one = {"pid": 7, "processName": "sshd", "userName": "root", "commandLine": ["/usr/sbin/sshd", "-D"], "cpu": 0.5}
    wanted = (ProcessRow(7, "sshd", "root", "/usr/sbin/sshd -D", "0.5", "", ""),)
    for content in ([one], {"host": "a", "result": {"processes": [one]}}):
        table = process_table({"processes.json": json.dumps(content).encode()})
        assert (table.form, table.rows) == ("JSON", wanted)
    lines = b"".join(json.dumps(one).encode() + b"\n" for _ in range(3))
    assert process_table({"out.ndjson": lines}).rows == wanted * 3


def test_csv_is_understood_with_whichever_separator() -> None:
    """Comma, semicolon and tab separate; quoted values keep their separators; a byte order mark is no letter."""
    for separator in (",", ";", "\t"):
        text = f"\ufeffName{separator}PID{separator}Command{separator}MEM\n"
        text += f'bash{separator}9{separator}"bash -c {separator} x"{separator}1\n'
        table = process_table({"list.csv": text.encode()})
        assert (table.form, table.rows) == ("CSV", (ProcessRow(9, "bash", "", f"bash -c {separator} x", "", "1", ""),))


def test_the_scripts_own_file_counts_before_its_streams() -> None:
    """Where both hold a table it is the file's; standard error is told beside it, and the manifest is no file."""
    members = {
        "stdout.log": _PS_AUX,
        "stderr.log": b"one warning",
        "manifest.json": b'[{"pid": 1, "name": "no"}]',
        "out/processes.csv": b"pid,name\n5,sh\n",
    }
    table = process_table(members)
    assert (table.source, [row.pid for row in table.rows], table.errors) == ("out/processes.csv", [5], "one warning")


def test_what_is_no_table_is_the_text_itself() -> None:
    """A text without processes is given as it is, and a result without files as no text; both say so by their form."""
    text = b"could not list processes: pid file is locked\nask the owner\n"
    table = process_table({"stdout.txt": text, "notes.json": b'{"a": [1, 2]}'})
    assert (table.form, table.rows, table.text) == ("text", (), text.decode())
    assert (process_table({}).form, process_table({}).text) == ("text", "")


def test_rows_and_text_are_bounded() -> None:
    """A result may be as large as it likes: what is kept of it is not, and says that it was cut."""
    many = b"pid,name\n" + b"".join(b"%d,a\n" % number for number in range(MOST_ROWS + 10))
    table = process_table({"a.csv": many})
    assert (len(table.rows), table.cut) == (MOST_ROWS, True)
    table = process_table({"stdout": b"x" * (LONGEST_TEXT + 1)})
    assert (len(table.text), table.cut) == (LONGEST_TEXT, True)


@given(st.dictionaries(st.text(max_size=12), st.binary(max_size=300), max_size=4))
def test_whatever_a_host_sends_is_a_table_or_a_text(members: dict[str, bytes]) -> None:
    """No content makes it fail, and rows never stand beside a text."""
    table = process_table(members)
    assert (table.form == "text") == (not table.rows)


@given(st.text(alphabet=st.sampled_from('pidPID ,;"\n\t{}[]:0123456789name'), max_size=200))
def test_whatever_looks_like_a_table_does_not_break_it(text: str) -> None:
    """Half tables, open quotes and brackets are read as far as they make sense."""
    table = process_table({"stdout": text.encode()})
    assert all(row.command for row in table.rows)


def test_other_names_of_the_columns_are_headers_too() -> None:
    """PowerShell calls the PID ProcessId or Id; what a script says before its header is no header."""
    for text in (
        '"Name","ProcessId","CommandLine"\n"a.exe","4","a.exe -x"\n',
        '#TYPE System.Diagnostics.Process\n"Name","Id","Path"\n"a.exe","4","a.exe -x"\n',
        "Each pid, as of now\nand its name, by pid\n\nName,PID,Command\na.exe,4,a.exe -x\n",
        "Name,PID,Command\ra.exe,4,a.exe -x\r",
    ):
        table = process_table({"ps.csv": text.encode()})
        assert (table.form, table.cut) == ("CSV", False), text
        assert [(row.pid, row.name, row.command) for row in table.rows] == [(4, "a.exe", "a.exe -x")]
    table = process_table({"stdout": b"the pid and name of each process:\n" + _PS_AUX})
    assert (table.form, len(table.rows)) == ("ps", 3)


def test_no_process_hides_the_others() -> None:
    """An over-long value, or quotes that swallow lines, leave every other row in the table, which says it is cut."""
    for hiding in ("x" * 140_000, '"x', '"x\n3,c,c\n', 'x\n"'):
        last = '4,d,"d"' if hiding == '"x' else "4,d,d"
        table = process_table({"ps.csv": f"PID,Name,Command\n1,a,a\n2,b,{hiding}\n3,c,c\n{last}\n".encode()})
        assert {1, 2, 3, 4} <= {row.pid for row in table.rows}, hiding[:20]
        assert table.cut


def test_what_no_process_has_is_the_text_itself() -> None:
    """A PID of thousands of digits and a header beyond all measure are no rows and no failure."""
    digits = "1" * 5000
    for name, text in (
        ("ps.csv", f"PID,Name\n{digits},evil\n"),
        ("ps.json", f'[{{"pid":"{digits}","name":"x"}}]'),
        ("ps.csv", f"PID,Name,{'x' * 200_000}\n1,a\n"),
    ):
        table = process_table({name: text.encode()})
        assert (table.form, table.text) == ("text", text)
