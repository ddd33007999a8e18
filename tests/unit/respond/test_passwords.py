import re
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from s1ecs.respond.files.passwords import new_password

# What other clients of the API hold a password to before they send it.
_TAKEN = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])(?=.*[@$!%*?&])[A-Za-z0-9@$!%*?&]{11,}")


@given(st.integers())
def test_every_password_is_one_that_the_console_takes(seed: int) -> None:
    """Whatever is drawn, all four classes are in it, nothing else is, and it is longer than ten."""
    draw = Random(seed).choice  # noqa: S311 - what is drawn is to be the same again
    assert _TAKEN.fullmatch(new_password(draw))


def test_another_request_has_another_password() -> None:
    """What is drawn anew is another password."""
    draw = Random(7).choice  # noqa: S311 - what is drawn is to be the same again
    assert len({new_password(draw) for _ in range(100)}) == 100


def test_no_place_tells_its_class() -> None:
    """A symbol may stand anywhere, the beginning and the end included."""
    draw = Random(7).choice  # noqa: S311 - what is drawn is to be the same again
    made = [new_password(draw) for _ in range(2000)]
    assert all(any(not password[place].isalnum() for password in made) for place in range(len(made[0])))
