"""Passwords of users: hashed and verified by argon2id, a few at once, because each takes memory and time."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

# A password that is longer is none that a person types.
LONGEST_PASSWORD = 1_000
SHORTEST_PASSWORD = 8

_AT_ONCE = 2


def hash_password(password: str) -> str:
    """Hash a password of any characters."""
    return argon2.PasswordHasher().hash(password.encode("utf-8", "surrogatepass"))


class PasswordVerifier:
    """Verifies passwords on threads of its own; a name that is unknown takes as long as one that is known."""

    def __init__(self) -> None:
        self._hasher = argon2.PasswordHasher()
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="login")
        self._nobody = ""

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Tell whether a password has this hash; None, of an unknown user, never matches."""
        work = asyncio.get_running_loop().run_in_executor(self._threads, self._matches, password_hash, password)
        return await work

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _matches(self, password_hash: str | None, password: str) -> bool:
        if len(password) > LONGEST_PASSWORD:
            return False
        if password_hash is None and not self._nobody:
            self._nobody = self._hasher.hash("nobody")
        try:
            self._hasher.verify(password_hash or self._nobody, password.encode("utf-8", "surrogatepass"))
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None
