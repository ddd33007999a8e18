"""Secrets out of a line of JSON: tokens, passwords, and links that open something to whoever has them."""

import re
from collections.abc import Collection

from s1ecs.masking import MASK, SHORTEST_WITHIN, Masker, masked
from s1ecs.records import dumps

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


def without_secrets(line: str, secrets: Collection[str]) -> str:
    """The line of compact JSON with `***` in place of these secrets, of pre-signed links and of what is named a secret.

    A pre-signed link is an absolute address with a signature in its query, as the console's fetch-files gives.
    """
    line = _LINK.sub(_unsigned, line)
    line = _NAMED.sub(rf'\1"{MASK}"', line)
    known = Masker(secrets)
    for secret in secrets:
        # One that is too short to be looked for within a text is masked where it is all of it.
        if secret and len(secret) < SHORTEST_WITHIN:
            line = line.replace(dumps(secret).decode(), f'"{MASK}"')
    return masked.json(known.json(line))


def _unsigned(found: re.Match[str]) -> str:
    link = found[0]
    if not _SIGNED.search(link):
        return link
    # A backslash at the end belongs to the quotation mark behind it.
    return MASK + link[len(link.rstrip("\\")) :]
