"""The matrix of MITRE ATT&CK tactics and techniques."""

from s1ecs.web.mitre import TACTICS, matrix


def test_matrix() -> None:
    """Techniques stand under each of their tactics in the order of an attack, the most frequent first."""
    found = matrix({"T1059.001": 2, "T1547": 5, "T1059": 3, "T1566": 1})
    assert found == [
        ("Initial access", [("T1566", 1)]),
        ("Execution", [("T1059", 3), ("T1059.001", 2)]),
        ("Persistence", [("T1547", 5)]),
        ("Privilege escalation", [("T1547", 5)]),
    ]


def test_what_no_tactic_names() -> None:
    """A technique that is none, whatever it is called, comes last and is not lost."""
    assert matrix({"T9999": 1, "<script>": 2, "": 3, "T1566": 1})[-1] == (
        "Other",
        [("", 3), ("<script>", 2), ("T9999", 1)],
    )
    assert matrix({}) == []


def test_tactics() -> None:
    """There are the fourteen tactics for enterprises, and every technique is a number of four digits."""
    assert len({tactic.name for tactic in TACTICS}) == len(TACTICS) == 14
    assert all(number.isdecimal() and len(number) == 4 for tactic in TACTICS for number in tactic.techniques)
