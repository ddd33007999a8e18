"""Addresses to go on to after login: paths of this page alone."""

from urllib.parse import quote, urlsplit

_LONGEST = 4_000


def local_path(text: str) -> str:
    """Return a path below the prefix to which a browser may be sent; "/" for anything else, such as another host."""
    # Browsers drop tabs and line breaks, and read a backslash as a slash: "/\\host" is another host.
    if not text.startswith("/") or "\\" in text or len(text) > _LONGEST or not text.isprintable():
        return "/"
    try:
        parts = urlsplit(text)
    except ValueError:
        return "/"
    if text.startswith("//") or parts.scheme or parts.netloc or _of_login(parts.path):
        return "/"
    return quote(text, safe="/:@?&=%+~!$'()*,;.-_", errors="replace")


def _of_login(path: str) -> bool:
    return path in {"/login", "/logout"} or path.startswith("/login/")
