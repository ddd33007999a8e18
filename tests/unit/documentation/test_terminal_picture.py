"""Pictures of terminals show the last state of the screen, in color, and load nothing."""

import re

from docs.terminal_picture import picture


def test_what_was_overwritten_is_not_shown() -> None:
    """A line that a command wrote over, such as progress, is in the picture as it was at the end."""
    drawn = picture(b"10 % read\r\x1b[2K\x1b[31mfailed\x1b[0m: no token\r\n", command="s1ecs collect", lines=5)
    text = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", drawn)).replace("&#160;", " ")
    assert "s1ecs collect" in text
    assert "failed" in text
    assert "10 %" not in text
    assert re.findall(r"r\d \{ fill: (#\w+)", drawn)


def test_a_picture_loads_nothing() -> None:
    """No font, image or style comes from another server."""
    drawn = picture(b"fine\r\n", command="s1ecs check", lines=2)
    assert not re.search(r"@font-face|url\(\"?http|href=", drawn)
