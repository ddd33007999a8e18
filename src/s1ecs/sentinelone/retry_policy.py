"""Retry policy: which failures are retried, and the wait before each attempt."""

import httpx2

from s1ecs.errors import ConsoleError, RateLimited, Unreadable

WAIT_INITIAL = 1.0
WAIT_JITTER = 1.0

# The vendor's own client waits this long after a 429 that does not say for how long.
PAUSE_AFTER_429 = 5.0
_UNREADABLE_ATTEMPTS = 3
_BEFORE_ANYTHING_WAS_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)


class RetryPolicy:
    """Decides for one request, after each failed attempt; made for stamina's `on`.

    `repeatable` is False for a request that acts: it is sent again only if the console surely did not act on it.
    """

    def __init__(self, *, repeatable: bool, retry_wait_max: float) -> None:
        self._repeatable = repeatable
        self._retry_wait_max = retry_wait_max
        self._unreadable = 0

    def __call__(self, error: Exception) -> bool | float:
        """Return False to give up, True for exponential back-off, or the seconds to wait."""
        if not isinstance(error, ConsoleError) or not error.transient:
            return False
        if not self._repeatable and not surely_did_not_act(error):
            return False
        if isinstance(error, Unreadable):
            # A page that was cut off three times is too large; it is asked again smaller instead.
            self._unreadable += 1
            return self._unreadable < _UNREADABLE_ATTEMPTS
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= self._retry_wait_max else False
        if isinstance(error, RateLimited):
            return min(PAUSE_AFTER_429, self._retry_wait_max)
        return True


def surely_did_not_act(error: ConsoleError) -> bool:
    """Return True if the failed request can't have had an effect: not sent, or refused for its rate."""
    return isinstance(error, RateLimited) or isinstance(error.__cause__, _BEFORE_ANYTHING_WAS_SENT)
