"""Rate limits of one console's token, which all workers that use the token share."""

from hashlib import blake2b
from urllib.parse import urlsplit

from s1ecs.cluster.shared_rates import SharedBucket
from s1ecs.sentinelone.rate_limits import Rate, RateLimits
from s1ecs.state.rate_buckets import RateBuckets

_KEY = b"s1ecs rate limit"


class TokenLimits:
    """The limits of whichever token was read last; before the first, those of the console's address."""

    def __init__(self, buckets: RateBuckets, url: str) -> None:
        self._buckets = buckets
        self._identity = urlsplit(url).netloc.lower()
        self.limits = RateLimits(bucket=self._bucket)

    def token_read(self, token: str) -> None:
        """Take note of a token, of which nothing but a keyed hash is kept."""
        self._identity = blake2b(token.encode(), digest_size=16, key=_KEY).hexdigest()

    def _bucket(self, rate: Rate) -> SharedBucket:
        return SharedBucket(rate, self._buckets, lambda: self._identity)
