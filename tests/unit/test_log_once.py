"""What lasts is logged once."""

from s1ecs.log_once import LogOnce


def test_the_same_text_is_logged_once() -> None:
    """A text is new until it was remembered, and again after another one; each subject has its own."""
    logged = LogOnce()
    assert logged.changed("a", "away")
    assert not logged.changed("a", "away")
    assert logged.changed("b", "away")
    assert logged.changed("a", "full")
    assert logged.changed("a", "away")


def test_the_end_of_what_was_logged() -> None:
    """It can be logged once, where something was logged; then the same text is new."""
    logged = LogOnce()
    assert not logged.over("a")
    assert logged.changed("a", "away")
    assert logged.over("a")
    assert not logged.over("a")
    assert logged.changed("a", "away")


def test_a_text_of_any_subject_is_known() -> None:
    """Until that subject has another one."""
    logged = LogOnce()
    logged.changed("a", "away")
    assert logged.is_known("away")
    logged.changed("a", "full")
    assert not logged.is_known("away")
