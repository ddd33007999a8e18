"""Defaults of settings that rooms below the settings share with them."""

from datetime import timedelta

CONNECT_TIMEOUT = timedelta(seconds=10)
READ_TIMEOUT = timedelta(seconds=60)
ANSWER_TIMEOUT = timedelta(minutes=10)
MAX_ANSWER = 64_000_000
ATTEMPTS = 5

CLOCK_TOLERANCE = timedelta(minutes=5)
GONE_AT_MOST = 0.5
