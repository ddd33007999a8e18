"""The longest that anything is waited for that must come: far more than it takes, also on a slow, busy machine."""

# Seconds; less than the time limit of a test, so that a test can tell what did not come.
PATIENCE = 270
