"""The command `s1ecs` as it is installed, except that consoles allow it more requests than SentinelOne publishes.

Collecting 100,000 records takes a hundred requests, and the published limits alone would make that eight seconds.
`BENCH_RATE` is the number of requests a second; without it there are ten thousand, and as many at once.
"""

import os
from functools import partialmethod

from s1ecs.cli import main
from s1ecs.sentinelone.rate_limits import Rate, RateLimits

if __name__ == "__main__":
    asked = os.environ.get("BENCH_RATE")
    rate = Rate("", 10_000, 10_000) if asked is None else Rate("", float(asked), 1)
    RateLimits.__init__ = partialmethod(RateLimits.__init__, (), rate)  # type: ignore[method-assign,assignment]
    main()
