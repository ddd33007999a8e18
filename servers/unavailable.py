"""Why there is no real server on this machine."""


class Unavailable(Exception):
    """Java, Maven or the archive can't be had here; the text tells which, and is a reason to skip."""
