"""Values in cookies that nobody but this process can have written."""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True)
class ValueSigner:
    """Signs texts with a key of this process; `purpose` keeps the values of one cookie out of another."""

    key: bytes = field(repr=False)

    def sign(self, purpose: str, text: str) -> str:
        """Append the signature; the text must be fit for a cookie."""
        return f"{text}.{self._signature(purpose, text)}"

    def verified(self, purpose: str, signed: str) -> str | None:
        """Return the text without its signature; None where the signature is not ours."""
        text, dot, signature = signed.rpartition(".")
        if not dot or not signed.isascii():
            return None
        return text if hmac.compare_digest(signature, self._signature(purpose, text)) else None

    def _signature(self, purpose: str, text: str) -> str:
        digest = hmac.digest(self.key, f"{purpose}\0{text}".encode(), sha256)
        return urlsafe_b64encode(digest).rstrip(b"=").decode()
