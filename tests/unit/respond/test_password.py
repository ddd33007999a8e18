import random
import re

from hypothesis import given
from hypothesis import strategies as st

from s1ecs.respond.password import new_password

# What other clients of the API hold a password to before they send it.
_TAKEN = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])(?=.*[@$!%*?&])[A-Za-z0-9@$!%*?&]{11,}")


@given(st.integers())
def test_every_password_is_one_that_the_console_takes(seed: int) -> None:
    """Whatever is drawn, all four classes are in it, nothing else is, and it is longer than ten."""
    assert _TAKEN.fullmatch(new_password(random.Random(seed).choice))


def test_another_request_has_another_password() -> None:
    """What is drawn anew is another password."""
    draw = random.Random(7).choice
    assert len({new_password(draw) for _ in range(100)}) == 100


def test_no_place_tells_its_class() -> None:
    """A symbol may stand anywhere, the beginning and the end included."""
    draw = random.Random(7).choice
    made = [new_password(draw) for _ in range(2000)]
    assert all(any(not password[place].isalnum() for password in made) for place in range(len(made[0])))
