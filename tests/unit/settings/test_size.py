import pytest
from hypothesis import given
from hypothesis import strategies as st

from s1ecs.settings.units import parse_size, write_size


@pytest.mark.parametrize(
    ("text", "size", "written"),
    [("64MB", 64_000_000, "64MB"), (" 1.5 gb ", 1_500_000_000, "1500MB"), ("1001b", 1001, "1001B"), ("0B", 0, "0B")],
)
def test_sizes(text: str, size: int, written: str) -> None:
    """A size means what its unit says, in thousands, and is written in the largest unit that keeps it whole."""
    assert parse_size(text) == size
    assert write_size(size) == written


@pytest.mark.parametrize("text", ["", "5", "MB", "-5MB", "1MB2KB", "1e3B", ".5MB", "5MiB", "٣MB"])
def test_bad_sizes(text: str) -> None:
    """What is no size is refused with a text that says so."""
    with pytest.raises(ValueError, match="is not a size"):
        parse_size(text)


@given(st.integers(min_value=0, max_value=999_999_999))
def test_written_sizes_read_the_same(size: int) -> None:
    """Reading what was written gives the same number of bytes."""
    assert parse_size(write_size(size)) == size
