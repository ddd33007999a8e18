"""The story of an alert or threat, and the page of a host: what happened, in which order, with what around it."""
