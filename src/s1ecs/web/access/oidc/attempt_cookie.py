"""The state of a login at the provider as a text for a cookie, good for some minutes."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta

import orjson

from s1ecs.web.access.oidc.oidc_provider import LoginAttempt

LASTS = timedelta(minutes=10)


def attempt_text(attempt: LoginAttempt, wanted: str, now: datetime) -> str:
    """Write an attempt, and the path to go on to, as a text that is to be signed."""
    until = (now + LASTS).timestamp()
    return urlsafe_b64encode(orjson.dumps([attempt.state, attempt.nonce, attempt.verifier, wanted, until])).decode()


def read_attempt(text: str, now: datetime) -> tuple[LoginAttempt, str] | None:
    """Read a text whose signature was verified; None where it is too old."""
    state, nonce, verifier, wanted, until = orjson.loads(urlsafe_b64decode(text))
    if now.timestamp() >= until:
        return None
    return LoginAttempt(state, nonce, verifier), wanted
