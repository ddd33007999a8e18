"""Secrets out of a line of JSON: tokens, passwords, and links that open something to whoever has them."""

import re
from collections.abc import Iterable
from urllib.parse import quote

from s1ecs.records import dumps

MASK = "***"

# A shorter secret is masked only where it is a whole text: masking every `x` would leave nothing to read.
_SHORTEST_WITHIN = 8

_LINK = re.compile(r'https?:\\*/\\*/[^\s"<>]+', re.IGNORECASE)
# The links may stand in a text that is itself JSON, HTML or a part of another link.
_SIGNED = re.compile(
    r"(?:[?&;]|%3f|%26|u0026|amp;)"
    r"(?:x-amz-[a-z-]+|x-goog-[a-z-]+|signature|sig|hmac|awsaccesskeyid|googleaccessid|key-pair-id|policy"
    r"|token|access_token|auth|authorization|api_?key)(?:=|%3d)",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r'("(?:api_?token|access_?token|refresh_?token|token|password|passphrase|secret|client_?secret|api_?key|authorization)"'
    r':)"(?:[^"\\]|\\.)*"',
    re.IGNORECASE,
)


def without_secrets(line: str, secrets: Iterable[str]) -> str:
    """The line of compact JSON with `***` in place of these secrets, of pre-signed links and of what is named a secret.

    A pre-signed link is an absolute address with a signature in its query, as the console's fetch-files gives.
    """
    line = _LINK.sub(_unsigned, line)
    line = _NAMED.sub(rf'\1"{MASK}"', line)
    for secret in sorted(set(secrets), key=len, reverse=True):
        if not secret:
            continue
        for spelled in {secret, quote(secret, safe="")}:
            text = dumps(spelled).decode()
            line = line.replace(text, f'"{MASK}"')
            if len(secret) >= _SHORTEST_WITHIN:
                line = line.replace(text[1:-1], MASK)
    return line


def _unsigned(found: re.Match[str]) -> str:
    link = found[0]
    if not _SIGNED.search(link):
        return link
    # A backslash at the end belongs to the quotation mark behind it.
    return MASK + link[len(link.rstrip("\\")) :]
