"""The login link that is printed at start, and the token of services."""

import hmac
from hashlib import sha256


class LoginLink:
    """A token that opens one session, whoever brings it first; `token` has 256 bits."""

    def __init__(self, token: str) -> None:
        self.token = token
        self._open = True

    def take(self, token: str) -> bool:
        """Use the link up; tell whether it was the right token and not used before."""
        if self._open and same_secret(token, self.token):
            self._open = False
            return True
        return False


def same_secret(given: str, known: str) -> bool:
    """Compare secrets in a time that tells nothing about them."""
    return hmac.compare_digest(_digest(given), _digest(known))


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()
