"""Texts that come from hosts and consoles as one line that commands no terminal."""


def one_line(text: str) -> str:
    """The text with its line breaks, escape sequences and all else that is not printed written out."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
